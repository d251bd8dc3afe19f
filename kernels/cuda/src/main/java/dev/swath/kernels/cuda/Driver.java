package dev.swath.kernels.cuda;

import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** What the driver's answers mean, in one place. */
final class Driver {
    private Driver() {}

    /**
     * Returns if the status is success.
     *
     * @param what what was tried, as the middle of a sentence: {@code launching softmax_forward_f32}
     * @throws CudaException else
     */
    static void check(int status, String what) {
        if (status != cudart.CUDA_SUCCESS) {
            throw new CudaException("[cuda] " + what + " failed: " + reason(status), status);
        }
    }

    /** The version of CUDA that the driver is for: 13000 for 13.0. */
    static int version() {
        int[] version = new int[1];
        check(cudart.cuDriverGetVersion(version), "asking for the driver's version");
        return version[0];
    }

    /** What a status means, with what can be done about it. */
    static String reason(int status) {
        String remedy =
                switch (status) {
                    case cudart.CUDA_ERROR_OUT_OF_MEMORY ->
                        "; other programs may hold the device's memory, or the batch is too large for it";
                    case cudart.CUDA_ERROR_NO_DEVICE -> "; nvidia-smi shows what the driver sees";
                    case cudart.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH -> "; restart the machine after a change of driver";
                    case cudart.CUDA_ERROR_ECC_UNCORRECTABLE -> "; the device's memory is faulty";
                    case cudart.CUDA_ERROR_ILLEGAL_ADDRESS, cudart.CUDA_ERROR_LAUNCH_FAILED ->
                        "; the device can be used again after the process has ended";
                    case cudart.CUDA_ERROR_INVALID_IMAGE, cudart.CUDA_ERROR_NO_BINARY_FOR_GPU ->
                        "; the kernels were compiled for another device: empty the kernel cache";
                    default -> "";
                };
        return text(status) + " (error " + status + ")" + remedy;
    }

    private static String text(int status) {
        try (PointerPointer<BytePointer> out = new PointerPointer<>(1)) {
            if (cudart.cuGetErrorString(status, out) != cudart.CUDA_SUCCESS) {
                return "the driver gives no text";
            }
            BytePointer text = out.get(BytePointer.class, 0);
            return text == null || text.isNull() ? "the driver gives no text" : text.getString();
        }
    }
}
