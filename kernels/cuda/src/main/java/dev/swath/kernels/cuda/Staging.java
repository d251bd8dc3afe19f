package dev.swath.kernels.cuda;

import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import java.lang.foreign.MemorySegment;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * Copies over the border of a device's memory, by way of two pieces of pinned memory: while the device reads the one, the
 * processor fills the other. Pinned memory is copied at several times the speed of pageable memory, and only from it can the
 * processor go on. One copy at a time.
 */
final class Staging implements AutoCloseable {
    private static final int PIECE = 4 << 20;

    private final Gpu gpu;
    private final BytePointer[] pieces = new BytePointer[2];
    private final MemorySegment[] segments = new MemorySegment[2];
    private final CUevent_st[] events = {new CUevent_st(), new CUevent_st()};
    private int next;

    /** For one device; the pinned memory is taken with the first copy. */
    Staging(Gpu gpu) {
        this.gpu = gpu;
    }

    private void open() {
        gpu.enter();
        if (pieces[1] != null) {
            return;
        }
        for (int i = 0; i < pieces.length; i++) {
            try (PointerPointer<Pointer> out = new PointerPointer<>(1)) {
                Driver.check(cudart.cuMemHostAlloc(out, PIECE, 0), "taking pinned memory");
                pieces[i] = new BytePointer(out.get(Pointer.class, 0)).capacity(PIECE);
            }
            segments[i] = MemorySegment.ofBuffer(pieces[i].asByteBuffer());
            Driver.check(cudart.cuEventCreate(events[i], cudart.CU_EVENT_DISABLE_TIMING), "creating an event");
            Driver.check(cudart.cuEventRecord(events[i], gpu.direct()), "recording an event");
        }
    }

    /** {@code count} elements of {@code source} from {@code from} on to the address. Returns when the source may change. */
    synchronized void up(HostStorage source, long from, long address, long count) {
        open();
        DType type = source.dtype();
        long step = PIECE / type.bytes();
        for (long done = 0; done < count; done += step) {
            int n = (int) Math.min(step, count - done);
            int piece = next;
            next ^= 1;
            Driver.check(cudart.cuEventSynchronize(events[piece]), "waiting for a copy");
            MemorySegment.copy(
                    bytes(source), (from + done) * type.bytes(), segments[piece], 0, (long) n * type.bytes());
            Driver.check(
                    cudart.cuMemcpyHtoDAsync(
                            address + done * type.bytes(), pieces[piece], (long) n * type.bytes(), gpu.direct()),
                    "copying to cuda:" + gpu.index());
            Driver.check(cudart.cuEventRecord(events[piece], gpu.direct()), "recording an event");
        }
    }

    /** {@code count} elements from the address to {@code target} from {@code at} on, once the work before is done. */
    synchronized void down(long address, HostStorage target, long at, long count) {
        open();
        DType type = target.dtype();
        long step = PIECE / type.bytes();
        long pieces = (count + step - 1) / step;
        for (long i = 0; i <= pieces; i++) {
            if (i < pieces) {
                fetch(
                        (int) (i & 1),
                        address + i * step * type.bytes(),
                        Math.min(step, count - i * step) * type.bytes());
            }
            if (i > 0) {
                int piece = (int) (i - 1 & 1);
                long done = (i - 1) * step;
                Driver.check(cudart.cuEventSynchronize(events[piece]), "waiting for cuda:" + gpu.index());
                MemorySegment.copy(
                        segments[piece],
                        0,
                        bytes(target),
                        (at + done) * type.bytes(),
                        Math.min(step, count - done) * type.bytes());
            }
        }
    }

    private void fetch(int piece, long address, long bytes) {
        Driver.check(cudart.cuEventSynchronize(events[piece]), "waiting for a copy");
        Driver.check(
                cudart.cuMemcpyDtoHAsync(pieces[piece], address, bytes, gpu.direct()),
                "copying from cuda:" + gpu.index());
        Driver.check(cudart.cuEventRecord(events[piece], gpu.direct()), "recording an event");
    }

    /** The bytes of processor memory, elements as the device has them. */
    private static MemorySegment bytes(HostStorage host) {
        return switch (host) {
            case HostStorage.Floats f -> MemorySegment.ofArray(f.array());
            case HostStorage.Doubles d -> MemorySegment.ofArray(d.array());
            case HostStorage.Longs l -> MemorySegment.ofArray(l.array());
            case HostStorage.Bytes b -> b.segment();
        };
    }

    @Override
    public synchronized void close() {
        if (pieces[1] == null) {
            return;
        }
        gpu.enter();
        for (int i = 0; i < pieces.length; i++) {
            cudart.cuEventDestroy(events[i]);
            cudart.cuMemFreeHost(pieces[i]);
            pieces[i] = null;
        }
    }
}
