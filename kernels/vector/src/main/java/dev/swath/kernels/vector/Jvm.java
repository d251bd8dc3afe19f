package dev.swath.kernels.vector;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.function.Function;

/**
 * What decides whether this JVM turns vectors into vector instructions. Only its optimising compiler (C2) does;
 * elsewhere each vector is an object, and the vector kernels are slower than plain loops.
 *
 * @param name {@code java.vm.name}
 * @param info {@code java.vm.info}: mixed or interpreted mode, and which compilers
 * @param option the value of a HotSpot option by its name, empty if it is not known
 */
record Jvm(String name, String info, Function<String, Optional<String>> option) {
    /** The first tier of compilation that is C2. */
    private static final int OPTIMISING = 4;

    /** The one that runs this. */
    static Jvm running() {
        return new Jvm(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""), options());
    }

    /**
     * Why vectors are not compiled well here, as an independent clause; empty if nothing is known to stand in the way.
     */
    Optional<String> obstacle() {
        if (info.contains("interpreted")) {
            return Optional.of("this JVM only interprets (-Xint)");
        }
        int tier = option.apply("TieredStopAtLevel").map(Integer::parseInt).orElse(OPTIMISING);
        boolean tiered =
                option.apply("TieredCompilation").map(Boolean::parseBoolean).orElse(true);
        if (tiered && tier < OPTIMISING) {
            return Optional.of("this JVM's optimising compiler is off (-XX:TieredStopAtLevel=" + tier + ")");
        }
        if (info.contains("emulated-client")) {
            return Optional.of("this JVM's optimising compiler is off");
        }
        boolean jvmci =
                option.apply("UseJVMCICompiler").map(Boolean::parseBoolean).orElse(false);
        if (jvmci || name.contains("Graal") || info.contains("JVMCI")) {
            return Optional.of("this JVM (" + (name + ", " + info).strip() + ") compiles by JVMCI");
        }
        return Optional.empty();
    }

    /**
     * HotSpot's options by its management bean. By reflection, because the bean's module is neither everywhere nor
     * loaded where nobody asks for it; where it is missing, nothing is known.
     */
    private static Function<String, Optional<String>> options() {
        try {
            Class<?> kind = Class.forName("com.sun.management.HotSpotDiagnosticMXBean");
            Object bean = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getPlatformMXBean", Class.class)
                    .invoke(null, kind);
            Method option = kind.getMethod("getVMOption", String.class);
            Method value = option.getReturnType().getMethod("getValue");
            return name -> {
                try {
                    return Optional.of(value.invoke(option.invoke(bean, name)).toString());
                } catch (ReflectiveOperationException | RuntimeException e) {
                    return Optional.empty(); // This JVM has no such option.
                }
            };
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return _ -> Optional.empty();
        }
    }
}
