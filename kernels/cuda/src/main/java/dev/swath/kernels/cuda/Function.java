package dev.swath.kernels.cuda;

import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.SizeTPointer;

/** One kernel of a loaded module. */
final class Function {
    /** The shared memory that every kernel may have without asking. */
    private static final int SHARED_UNASKED = 48 << 10;

    private final String name;
    private final CUfunc_st handle;
    private final LaunchCheck check;
    private volatile boolean checked;
    private volatile int sharedAllowed = SHARED_UNASKED;

    Function(String name, CUfunc_st handle, LaunchCheck check) {
        this.name = name;
        this.handle = handle;
        this.check = check;
    }

    String name() {
        return name;
    }

    CUfunc_st handle() {
        return handle;
    }

    /** Checks the arguments at the first launch, and asks for more shared memory where that many bytes are more. */
    void prepare(int[] sizes, int arguments, int shared, CharSequence signature) {
        if (!checked) {
            requireSizes(sizes, arguments);
            checked = true;
        }
        check.launched(name, signature);
        if (shared > sharedAllowed) {
            Driver.check(
                    cudart.cuFuncSetAttribute(handle, cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, shared),
                    "giving " + name + " " + shared + " bytes of shared memory");
            sharedAllowed = shared;
        }
    }

    private void requireSizes(int[] sizes, int arguments) {
        try (SizeTPointer offset = new SizeTPointer(1);
                SizeTPointer size = new SizeTPointer(1)) {
            for (int i = 0; i <= arguments; i++) {
                int status = cudart.cuFuncGetParamInfo(handle, i, offset, size);
                if (status != cudart.CUDA_ERROR_INVALID_VALUE) { // That one says that there are no more.
                    Driver.check(status, "asking for the parameters of " + name);
                }
                long expected = status == cudart.CUDA_SUCCESS ? size.get() : 0;
                long given = i < arguments ? sizes[i] : 0;
                if (expected != given) {
                    throw new IllegalStateException("[cuda] parameter " + i + " of " + name + " has " + expected
                            + " bytes, and the launch gives " + given);
                }
            }
        }
    }
}
