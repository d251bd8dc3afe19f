package dev.swath.kernels.cuda;

import dev.swath.kernels.Slice;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tables of numbers in device memory, such as the addresses of all parameters: each is uploaded when its content is new, and
 * found again after that, so that a step with the same memory as the last uploads nothing.
 */
final class Tables {
    /** Lists of tensors that are in use side by side; far fewer in practice. */
    private static final int MOST = 32;

    /** Elements of a tensor that a block takes. */
    static final int CHUNK = 1 << 14;

    private final Map<Content, Storage> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<Content> recorded = new HashSet<>();

    private record Content(long[] numbers) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Content c && Arrays.equals(numbers, c.numbers);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(numbers);
        }
    }

    /** These numbers in the memory of the backend, which must be the same at each call. What a recording uses stays for good. */
    synchronized Slice of(long[] numbers, CudaBackend backend) {
        Content key = new Content(numbers);
        Storage there = kept.get(key);
        if (there == null) {
            makeRoom(backend);
            there = backend.upload(Tensor.of(numbers, numbers.length)).storage();
            kept.put(key, there);
        }
        if (backend.gpu().isRecording()) {
            recorded.add(key);
        }
        return Slice.of(there, 0);
    }

    /** How many chunks tensors of so many elements are cut into. */
    static int chunks(int[] n) {
        long chunks = 0;
        for (int count : n) {
            chunks += Blocks.ceil(count, CHUNK);
        }
        return Math.toIntExact(chunks);
    }

    /** The chunks of tensors, each an address and a number of elements: the structure Chunk of copy.cu and gradient_clipping.cu. */
    Slice ofChunks(List<Slice> tensors, int[] n, CudaBackend backend) {
        long[] t = new long[2 * chunks(n)];
        int at = 0;
        for (int i = 0; i < n.length; i++) {
            int bytes = tensors.get(i).storage().dtype().bytes();
            for (long from = 0; from < n[i]; from += CHUNK) {
                t[at++] = backend.address(tensors.get(i)) + from * bytes;
                t[at++] = Math.min(CHUNK, n[i] - from);
            }
        }
        return of(t, backend);
    }

    private void makeRoom(CudaBackend backend) {
        if (kept.size() - recorded.size() < MOST) {
            return;
        }
        Content oldest = kept.keySet().stream()
                .filter(c -> !recorded.contains(c))
                .findFirst()
                .orElseThrow();
        backend.free(kept.remove(oldest));
    }
}
