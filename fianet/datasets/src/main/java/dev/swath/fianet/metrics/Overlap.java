package dev.swath.fianet.metrics;

/**
 * Two masks of one sample compared.
 *
 * @param intersection pixels of the object in both
 * @param union pixels of the object in either
 */
public record Overlap(long intersection, long union) {
    /** Checks. */
    public Overlap {
        if (intersection < 0 || union < intersection) {
            throw new IllegalArgumentException(
                    "[metrics] an intersection lies between 0 and the union; got " + intersection + " and " + union);
        }
    }

    /** Counts pixels; values other than 0 are the object. */
    public static Overlap of(byte[] prediction, byte[] target) {
        if (prediction.length != target.length) {
            throw new IllegalArgumentException(
                    "[metrics] prediction and target must have the same number of pixels; got " + prediction.length
                            + " and " + target.length);
        }
        long both = 0;
        long either = 0;
        for (int i = 0; i < target.length; i++) {
            boolean p = prediction[i] != 0;
            boolean t = target[i] != 0;
            both += p && t ? 1 : 0;
            either += p || t ? 1 : 0;
        }
        return new Overlap(both, either);
    }

    /** intersection / union; 0 if the union is empty, so that an empty prediction of an empty target counts nothing. */
    public double iou() {
        return union == 0 ? 0 : (double) intersection / union;
    }
}
