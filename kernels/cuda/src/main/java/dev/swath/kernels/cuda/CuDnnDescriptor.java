package dev.swath.kernels.cuda;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * What cuDNN's graph interface is made of: its attributes are set, it is finished, and then others can name it. The library
 * checks the type and the number of each attribute's elements.
 */
final class CuDnnDescriptor implements AutoCloseable {
    private final cudnnBackendDescriptor_t handle = new cudnnBackendDescriptor_t();
    private final String what;

    /** Of one of the library's kinds; {@code what} is the middle of a sentence, such as {@code a tensor}. */
    CuDnnDescriptor(int kind, String what) {
        this.what = what;
        check(cudnn.cudnnBackendCreateDescriptor(kind, handle), "describing " + what);
    }

    /** Descriptors that go together. */
    static final class Group implements AutoCloseable {
        private final List<CuDnnDescriptor> all = new ArrayList<>();

        CuDnnDescriptor add(int kind, String what) {
            CuDnnDescriptor d = new CuDnnDescriptor(kind, what);
            all.add(d);
            return d;
        }

        @Override
        public void close() {
            all.reversed().forEach(CuDnnDescriptor::close);
            all.clear();
        }
    }

    cudnnBackendDescriptor_t handle() {
        return handle;
    }

    /** Sets an attribute to what lies there. */
    CuDnnDescriptor set(int attribute, int type, long count, Pointer elements) {
        check(
                cudnn.cudnnBackendSetAttribute(handle, attribute, type, count, elements),
                "describing " + what + " (attribute " + attribute + ")");
        return this;
    }

    /** One of the library's enumerations, each of which is a type of its own. */
    CuDnnDescriptor choice(int attribute, int type, int value) {
        try (IntPointer v = new IntPointer(1).put(0, value)) {
            return set(attribute, type, 1, v);
        }
    }

    CuDnnDescriptor numbers(int attribute, long... values) {
        try (LongPointer v = new LongPointer(values.length)) {
            v.put(values);
            return set(attribute, cudnn.CUDNN_TYPE_INT64, values.length, v);
        }
    }

    CuDnnDescriptor f32(int attribute, float value) {
        try (FloatPointer v = new FloatPointer(1).put(0, value)) {
            return set(attribute, cudnn.CUDNN_TYPE_FLOAT, 1, v);
        }
    }

    CuDnnDescriptor f64(int attribute, double value) {
        try (DoublePointer v = new DoublePointer(1).put(0, value)) {
            return set(attribute, cudnn.CUDNN_TYPE_DOUBLE, 1, v);
        }
    }

    CuDnnDescriptor yes(int attribute) {
        try (BytePointer v = new BytePointer(1).put(0, (byte) 1)) {
            return set(attribute, cudnn.CUDNN_TYPE_BOOLEAN, 1, v);
        }
    }

    CuDnnDescriptor library(int attribute, cudnnContext library) {
        try (LongPointer v = new LongPointer(1).put(0, library.address())) {
            return set(attribute, cudnn.CUDNN_TYPE_HANDLE, 1, v);
        }
    }

    CuDnnDescriptor of(int attribute, List<CuDnnDescriptor> others) {
        try (LongPointer v = addresses(others)) {
            return set(attribute, cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR, others.size(), v);
        }
    }

    CuDnnDescriptor of(int attribute, CuDnnDescriptor other) {
        return of(attribute, List.of(other));
    }

    private static LongPointer addresses(List<CuDnnDescriptor> all) {
        LongPointer v = new LongPointer(Math.max(1, all.size()));
        for (int i = 0; i < all.size(); i++) {
            v.put(i, all.get(i).handle.address());
        }
        return v;
    }

    CuDnnDescriptor finish() {
        check(cudnn.cudnnBackendFinalize(handle), "describing " + what);
        return this;
    }

    /** The same; false where the library cannot do what is described. */
    boolean canFinish() {
        int status = cudnn.cudnnBackendFinalize(handle);
        if (cannot(status)) {
            return false;
        }
        check(status, "describing " + what);
        return true;
    }

    /** Whether that status says that something is not among what the library can do. */
    static boolean cannot(int status) {
        return status >= cudnn.CUDNN_STATUS_NOT_SUPPORTED && status < cudnn.CUDNN_STATUS_INTERNAL_ERROR;
    }

    /** How many elements an attribute has. */
    long count(int attribute, int type) {
        try (LongPointer found = new LongPointer(1).put(0, 0)) {
            get(attribute, type, 0, found, null);
            return found.get(0);
        }
    }

    long number(int attribute) {
        try (LongPointer found = new LongPointer(1).put(0, 0);
                LongPointer v = new LongPointer(1).put(0, 0)) {
            get(attribute, cudnn.CUDNN_TYPE_INT64, 1, found, v);
            return v.get(0);
        }
    }

    /** Elements of one of the library's enumerations, at most so many. */
    int[] choices(int attribute, int type, int most) {
        try (LongPointer found = new LongPointer(1).put(0, 0);
                IntPointer v = new IntPointer(most)) {
            get(attribute, type, most, found, v);
            int[] out = new int[(int) Math.min(most, found.get(0))];
            v.get(out);
            return out;
        }
    }

    /** Fills others of the right kind with what an attribute names, and says how many of them. */
    int others(int attribute, List<CuDnnDescriptor> into) {
        try (LongPointer found = new LongPointer(1).put(0, 0);
                LongPointer v = addresses(into)) {
            get(attribute, cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR, into.size(), found, v);
            return (int) Math.min(into.size(), found.get(0));
        }
    }

    private void get(int attribute, int type, long count, LongPointer found, Pointer into) {
        check(
                cudnn.cudnnBackendGetAttribute(handle, attribute, type, count, found, into),
                "asking about " + what + " (attribute " + attribute + ")");
    }

    /** Returns if the status is success, and says else what was tried. */
    static void check(int status, String what) {
        if (status != cudnn.CUDNN_STATUS_SUCCESS) {
            byte[] more = new byte[512];
            cudnn.cudnnGetLastErrorString(more, more.length);
            String all = new String(more, StandardCharsets.UTF_8);
            String reason = all.substring(0, Math.max(0, all.indexOf(0))).strip();
            throw new CudaException(
                    "[cuda] " + what + " by cuDNN failed: "
                            + cudnn.cudnnGetErrorString(status).getString() + (reason.isEmpty() ? "" : ": " + reason),
                    status);
        }
    }

    @Override
    public void close() {
        cudnn.cudnnBackendDestroyDescriptor(handle);
    }
}
