package dev.swath.fianet.data;

import dev.swath.fianet.text.Spaces;
import dev.swath.files.Quoted;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One {@code output_phrase_<split>.txt}: a line for each triplet, its id, one space, its expression. */
final class PhraseFile {
    /**
     * One line.
     *
     * @param id of image and mask
     * @param sentence without its newline
     */
    record Line(String id, String sentence) {}

    private PhraseFile() {}

    /** The file's name. */
    static String name(Split split) {
        return "output_phrase_" + split.key() + ".txt";
    }

    /** The triplets in the order of the file; what is wrong with a line goes to the sink, and the line is left out. */
    static List<Line> read(DataRoot root, Split split, Problem.Sink sink) {
        String where = root.describe(name(split));
        if (!root.exists(name(split))) {
            sink.report(Problem.Kind.BROKEN_LIST, split.key(), name(split), where + ": the file is missing");
            return List.of();
        }
        String text;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(root.read(name(split), DataRoot.MAX_TEXT));
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            sink.report(Problem.Kind.BROKEN_LIST, split.key(), name(split), where + ": the file is not UTF-8 text");
            return List.of();
        }
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String content = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            if (Spaces.isBlank(content)) {
                continue; // such as what follows the last newline
            }
            String item = name(split) + ":" + number;
            String place = where + ", line " + number;
            int space = content.indexOf(' ');
            String id = space < 0 ? content : content.substring(0, space);
            if (DataRoot.leaves(id)) {
                String fault = place + ": a line must begin with the id of its image; got '" + Quoted.text(id) + "'";
                sink.report(Problem.Kind.BROKEN_ENTRY, split.key(), item, fault);
            } else if (Spaces.isBlank(content.substring(id.length()))) {
                String fault = place + ": an expression must follow the id '" + Quoted.text(id) + "'";
                sink.report(Problem.Kind.EMPTY_SENTENCE, split.key(), item, fault);
            } else {
                lines.add(new Line(id, content.substring(space + 1)));
            }
        }
        if (lines.isEmpty()) {
            sink.report(
                    Problem.Kind.EMPTY_SPLIT,
                    split.key(),
                    name(split),
                    where + ": the split '" + split.key() + "' is empty; each line must hold an id and an expression");
        }
        return lines;
    }
}
