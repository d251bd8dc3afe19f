package dev.swath.testkit;

import dev.swath.kernels.Backend;
import dev.swath.kernels.CastKernel;
import dev.swath.kernels.Conv2dKernel;
import dev.swath.kernels.CopyKernel;
import dev.swath.kernels.GemmKernel;
import dev.swath.kernels.HostBackend;
import dev.swath.kernels.Kernel;
import dev.swath.kernels.KernelTypes;
import dev.swath.kernels.Slice;
import dev.swath.tensor.DType;
import dev.swath.tensor.HostStorage;
import dev.swath.tensor.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Another processor backend that computes bf16 as a device does, and fast enough for whole networks: operands are widened to f32, the f32
 * kernel runs, and what was bf16 is rounded once. Products round their f32 weights as the tensor cores need it. So a pass in bf16 has the
 * errors of a device's pass, but for roundings within a kernel.
 */
public final class RoundedBackend extends HostBackend {
    private static final Set<Class<?>> PRODUCTS = Set.of(GemmKernel.class, Conv2dKernel.class);

    private final Backend inner;

    /** Over that processor backend. */
    public RoundedBackend(Backend inner) {
        this.inner = inner;
    }

    @Override
    public String name() {
        return "rounded";
    }

    @Override
    public String description() {
        return "bf16 rounded behind " + inner.description();
    }

    @Override
    public boolean supports(Class<? extends Kernel> kind, KernelTypes types) {
        return inner.supports(kind, types);
    }

    @Override
    public <K extends Kernel> K kernel(Class<K> kind, KernelTypes types) {
        boolean bf16 = Stream.of(types.x(), types.y(), types.parameters()).anyMatch(t -> t == DType.BF16);
        if (!bf16 || kind == CopyKernel.class) {
            return inner.kernel(kind, types);
        }
        K wide = inner.kernel(
                kind, kind == CastKernel.class ? CastKernel.types(DType.F32, DType.F32) : KernelTypes.of(DType.F32));
        boolean weights = PRODUCTS.contains(kind) && types.x() == DType.BF16;
        return kind.cast(Proxy.newProxyInstance(
                kind.getClassLoader(), new Class<?>[] {kind}, (proxy, method, arguments) -> new Call(weights)
                        .run(wide, method, arguments)));
    }

    /** One call, with what stands for each of its storages. */
    private static final class Call {
        private final boolean weights;
        private final Map<Storage, HostStorage.Floats> wide = new IdentityHashMap<>();

        Call(boolean weights) {
            this.weights = weights;
        }

        Object run(Kernel kernel, Method method, Object[] arguments) throws Throwable {
            Object[] inside = new Object[arguments.length];
            for (int i = 0; i < inside.length; i++) {
                inside[i] = inside(arguments[i], weights && isWeight(method.getName(), i));
            }
            try {
                Object result = method.invoke(kernel, inside);
                wide.forEach((storage, floats) -> {
                    if (storage.dtype() == DType.BF16) {
                        move(floats, (HostStorage) storage);
                    }
                });
                return result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        /** Whether an argument of a product is read in bf16 though it may be f32. */
        private static boolean isWeight(String method, int argument) {
            return switch (method) {
                case "linear" -> argument == 2;
                case "multiply" -> argument == 1 || argument == 2;
                case "forward" -> argument == 3;
                case "backwardInput" -> argument == 2;
                default -> false;
            };
        }

        private Object inside(Object argument, boolean weight) throws ReflectiveOperationException {
            return switch (argument) {
                case Slice slice -> slice(slice, weight);
                case Slice[] slices ->
                    Stream.of(slices).map(s -> slice(s, weight)).toArray(Slice[]::new);
                case Record r
                when Stream.of(r.getClass().getRecordComponents()).anyMatch(c -> c.getType() == Slice.class) ->
                    record(r, weight);
                case null, default -> argument;
            };
        }

        private Object record(Record r, boolean weight) throws ReflectiveOperationException {
            RecordComponent[] components = r.getClass().getRecordComponents();
            Object[] values = new Object[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < values.length; i++) {
                types[i] = components[i].getType();
                values[i] = inside(components[i].getAccessor().invoke(r), weight);
            }
            return r.getClass().getConstructor(types).newInstance(values);
        }

        private Slice slice(Slice slice, boolean weight) {
            DType type = slice.storage().dtype();
            if (type != DType.BF16 && !(weight && type == DType.F32)) {
                return slice;
            }
            HostStorage.Floats floats = wide.computeIfAbsent(slice.storage(), s -> {
                HostStorage.Floats copy = new HostStorage.Floats(new float[Math.toIntExact(s.size())]);
                HostStorage from = (HostStorage) s;
                if (type == DType.F32) {
                    from = HostStorage.allocate(DType.BF16, s.size());
                    move((HostStorage) s, from);
                }
                move(from, copy);
                return copy;
            });
            return Slice.of(floats, slice.offset());
        }
    }

    private static void move(HostStorage from, HostStorage to) {
        for (long i = 0; i < from.size(); i++) {
            to.setDouble(i, from.getDouble(i));
        }
    }
}
