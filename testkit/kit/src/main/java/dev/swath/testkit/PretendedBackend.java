package dev.swath.testkit;

import dev.swath.kernels.Backend;
import dev.swath.kernels.Execution;
import dev.swath.kernels.HostExecution;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Parallelism;
import dev.swath.kernels.Recorded;
import dev.swath.kernels.Slice;
import dev.swath.kernels.scalar.ScalarBackend;
import dev.swath.tensor.AbsentStorage;
import dev.swath.tensor.DType;
import dev.swath.tensor.Device;
import dev.swath.tensor.DeviceStorage;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Shape;
import dev.swath.tensor.Storage;
import dev.swath.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A device that is none: its memory is bytes that only its own kernels reach, which are the scalar ones. It proves,
 * without a GPU, that nothing reads across the seam: fresh memory is NaN, memory that was given back is NaN and refuses
 * kernels and copies, an operand on the wrong side is an error, and every copy over the border is counted.
 */
public final class PretendedBackend implements Backend {
    private final ScalarBackend scalar = new ScalarBackend();
    private final Device device;
    private final Map<Class<?>, Object> kernels = new ConcurrentHashMap<>();
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong uploads = new AtomicLong();
    private final AtomicLong downloads = new AtomicLong();
    private final AtomicLong copied = new AtomicLong();
    private volatile boolean closed;
    private @Nullable List<Runnable> recording;
    private boolean branched;

    /** Device number 0. */
    public PretendedBackend() {
        this(0);
    }

    /** Device number {@code index}: each has its own memory. */
    public PretendedBackend(int index) {
        this.device = new Device(Device.Kind.CUDA, index);
    }

    /** One allocation, which storages of several types may share. Most hold floats, which kernels reach fastest in an array. */
    private static final class Bytes {
        private final float[] floats;
        private final MemorySegment bytes;
        private boolean freed;

        Bytes(long size) {
            this.floats = new float[Math.toIntExact(Math.ceilDiv(size, Float.BYTES))];
            this.bytes = MemorySegment.ofArray(floats).asSlice(0, size);
            poison();
        }

        /** All bits set: NaN in every floating-point type, -1 in the others. */
        void poison() {
            bytes.fill((byte) 0xff);
        }
    }

    private final class PretendedStorage extends DeviceStorage {
        private final Bytes memory;

        PretendedStorage(DType dtype, long size, Bytes memory) {
            super(dtype, size, device);
            this.memory = memory;
        }

        PretendedBackend owner() {
            return PretendedBackend.this;
        }

        /** What only this backend's kernels and copies see. */
        HostStorage inside() {
            if (memory.freed || closed) {
                throw new IllegalStateException(
                        "[device] the memory of " + dtype() + "[" + size() + "] on " + device + " was given back");
            }
            return dtype() == DType.F32 && size() == memory.floats.length
                    ? new HostStorage.Floats(memory.floats)
                    : new HostStorage.Bytes(dtype(), memory.bytes.asSlice(0, bytes()));
        }

        @Override
        public void read(long from, HostStorage target, long at, long count) {
            requireNoRecording("read");
            downloads.incrementAndGet();
            copied.addAndGet(count * dtype().bytes());
            move(inside(), from, target, at, count);
        }

        @Override
        public void write(HostStorage source, long from, long at, long count) {
            requireNoRecording("written");
            uploads.incrementAndGet();
            copied.addAndGet(count * dtype().bytes());
            move(source, from, inside(), at, count);
        }

        private void requireNoRecording(String what) {
            if (recording != null) {
                throw new IllegalStateException(
                        "[device] memory of " + device + " was " + what + " inside a recording");
            }
        }

        private void move(HostStorage from, long f, HostStorage to, long t, long count) {
            if (from.dtype() != to.dtype()) {
                throw new IllegalStateException(
                        "[device] copies keep the type; got " + from.dtype() + " to " + to.dtype());
            }
            int n = Math.toIntExact(count);
            Tensor.strided(to, Shape.of(n), new long[] {1}, t)
                    .copyFrom(Tensor.strided(from, Shape.of(n), new long[] {1}, f));
        }

        @Override
        public DeviceStorage as(DType type, long size) {
            if (size * type.bytes() > memory.bytes.byteSize()) {
                throw new IllegalStateException(
                        "[device] " + type + "[" + size + "] does not fit " + memory.bytes.byteSize() + " bytes");
            }
            return new PretendedStorage(type, size, memory);
        }
    }

    private final class PretendedExecution implements Execution {
        private final HostExecution host;

        PretendedExecution(Parallelism parallelism) {
            this.host = HostExecution.on(parallelism);
        }

        @Override
        public Parallelism parallelism() {
            return host.parallelism();
        }

        @Override
        public Storage borrow(DType dtype, long elements) {
            return allocate(dtype, elements);
        }

        @Override
        public void giveBack(Storage scratch) {
            free(scratch);
        }

        @Override
        public void close() {
            host.close();
        }
    }

    @Override
    public String name() {
        return "pretended";
    }

    @Override
    public String description() {
        return "the scalar kernels behind memory of its own";
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public boolean supports(Class<? extends Kernel> kind, KernelTypes types) {
        return scalar.supports(kind, types);
    }

    @Override
    public <K extends Kernel> K kernel(Class<K> kind, KernelTypes types) {
        K inner = scalar.kernel(kind, types);
        return kind.cast(kernels.computeIfAbsent(
                kind,
                k -> Proxy.newProxyInstance(
                        k.getClassLoader(),
                        new Class<?>[] {k},
                        (proxy, method, arguments) -> call(inner, method, arguments))));
    }

    private Object call(Kernel inner, Method method, Object[] arguments) throws Throwable {
        Object[] inside = new Object[arguments.length];
        for (int i = 0; i < inside.length; i++) {
            inside[i] = inside(arguments[i]);
        }
        if (recording != null) {
            if (method.getReturnType() != void.class) {
                throw new IllegalStateException("[device] a recording holds kernels only; got " + method.getName());
            }
            recording.add(() -> run(inner, method, inside));
            return null;
        }
        try {
            Object result = method.invoke(inner, inside);
            // A kernel that packs nothing gives the storage of its operand back.
            boolean same = result instanceof Storage s && inside[0] instanceof Slice slice && slice.storage() == s;
            return same ? ((Slice) arguments[0]).storage() : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void run(Kernel inner, Method method, Object[] inside) {
        try {
            method.invoke(inner, inside);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("[device] a recorded kernel failed", e);
        }
    }

    @Override
    public boolean records() {
        return true;
    }

    /** The calls of a branch are made as late as they may, when it is joined: who takes its memory before shows. */
    @Override
    public @Nullable Branch branch() {
        List<Runnable> outer = recording;
        if (outer == null || branched) {
            return null;
        }
        List<Runnable> late = new ArrayList<>();
        recording = late;
        branched = true;
        return new Branch() {
            @Override
            public void end() {
                recording = outer;
            }

            @Override
            public void join() {
                outer.addAll(late);
                branched = false;
            }
        };
    }

    /** Keeps the calls; memory that is given back meanwhile is the recording's, and nobody else gets it. */
    @Override
    public Recorded record(Runnable work) {
        List<Runnable> calls = new ArrayList<>();
        recording = calls;
        try {
            work.run();
        } finally {
            recording = null;
        }
        if (branched) {
            branched = false;
            throw new IllegalStateException("[device] a branch of a recording was not joined");
        }
        return new Recorded() {
            @Override
            public void run() {
                calls.forEach(Runnable::run);
            }

            @Override
            public void close() {
                calls.clear();
            }
        };
    }

    /** The argument as the scalar kernel takes it: every slice, however deep inside, over the memory behind it. */
    private Object inside(Object argument) throws ReflectiveOperationException {
        return switch (argument) {
            case null -> null;
            case Slice slice -> Slice.of(own(slice.storage()).inside(), slice.offset());
            case Slice[] slices -> {
                Slice[] out = new Slice[slices.length];
                for (int i = 0; i < out.length; i++) {
                    out[i] = (Slice) inside(slices[i]);
                }
                yield out;
            }
            case List<?> list -> {
                Object[] out = new Object[list.size()];
                for (int i = 0; i < out.length; i++) {
                    out[i] = inside(list.get(i));
                }
                yield Arrays.asList(out);
            }
            case PretendedExecution execution -> execution.host;
            case Execution other ->
                throw new IllegalStateException(
                        "[device] a kernel of " + device + " runs on an execution of its backend; got " + other);
            case Record r
            when Stream.of(r.getClass().getRecordComponents()).anyMatch(c -> c.getType() == Slice.class) -> record(r);
            default -> argument;
        };
    }

    private Object record(Record r) throws ReflectiveOperationException {
        RecordComponent[] components = r.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < values.length; i++) {
            types[i] = components[i].getType();
            values[i] = inside(components[i].getAccessor().invoke(r));
        }
        return r.getClass().getConstructor(types).newInstance(values);
    }

    /** Whether both are the same memory of this device, whatever element types they show. */
    public boolean sameMemory(Storage a, Storage b) {
        return own(a).memory == own(b).memory;
    }

    private PretendedStorage own(Storage storage) {
        if (storage instanceof AbsentStorage absent) {
            throw new IllegalStateException(
                    "[device] " + absent.reason().rule() + "; got " + storage.dtype() + " without elements");
        }
        if (storage instanceof PretendedStorage p && p.owner() == this) {
            return p;
        }
        throw new IllegalStateException("[device] an operand of a kernel of " + device + " must be in its memory; got "
                + storage.dtype() + " on " + storage.device());
    }

    @Override
    public Execution execution(Parallelism parallelism) {
        return new PretendedExecution(parallelism);
    }

    @Override
    public Storage allocate(DType dtype, long elements) {
        used.addAndGet(elements * dtype.bytes());
        return new PretendedStorage(dtype, elements, new Bytes(elements * dtype.bytes()));
    }

    @Override
    public void free(Storage storage) {
        PretendedStorage own = own(storage);
        own.inside();
        if (recording != null) {
            throw new IllegalStateException(
                    "[device] memory was given back inside a recording, which goes on using it");
        }
        own.memory.poison();
        own.memory.freed = true;
        used.addAndGet(-own.memory.bytes.byteSize());
    }

    @Override
    public Tensor upload(Tensor host) {
        Tensor there = Tensor.over(allocate(host.dtype(), host.elements()), host.shape(), 0);
        there.copyFrom(host);
        return there;
    }

    @Override
    public Tensor download(Tensor tensor) {
        own(tensor.storage());
        return tensor.copy();
    }

    @Override
    public void synchronize() {}

    @Override
    public Memory memory() {
        return new Memory(used.get(), 0, Integer.MAX_VALUE - used.get(), Integer.MAX_VALUE);
    }

    @Override
    public Transfers transfers() {
        return new Transfers(uploads.get(), downloads.get(), copied.get());
    }

    @Override
    public void close() {
        closed = true;
        used.set(0);
    }
}
