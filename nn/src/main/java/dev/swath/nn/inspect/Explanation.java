package dev.swath.nn.inspect;

import java.util.List;

/**
 * The numbers that made one element of an op's result, down to the products.
 *
 * @param op the op's name in the pass
 * @param formula what is computed, in the letters of the columns and lines
 * @param opClass the class that describes the op, with its formula, shapes and source
 * @param kernel the class that computed it in the pass; empty where nothing was computed
 * @param cell the element, by its index along each axis
 * @param columns what the numbers of a row are
 * @param rows the terms, such as one for each channel or key, with what is called so
 * @param lines single numbers that the terms make or that come to them, in the order of the computation; the last is the value
 * @param value computed from the recorded inputs in double precision
 * @param stored what the op gave in the pass
 */
public record Explanation(
        String op,
        String formula,
        String opClass,
        String kernel,
        List<Integer> cell,
        List<String> columns,
        List<Row> rows,
        List<Line> lines,
        double value,
        double stored) {
    /** Copies. */
    public Explanation {
        cell = List.copyOf(cell);
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        lines = List.copyOf(lines);
    }

    /**
     * One term.
     *
     * @param label which one it is
     * @param numbers one a column
     */
    public record Row(String label, List<Double> numbers) {
        /** Copies. */
        public Row {
            numbers = List.copyOf(numbers);
        }
    }

    /**
     * A single number.
     *
     * @param label what it is
     * @param value the number
     */
    public record Line(String label, double value) {}
}
