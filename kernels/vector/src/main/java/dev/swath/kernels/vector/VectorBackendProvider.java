package dev.swath.kernels.vector;

import dev.swath.kernels.BackendProvider;

/** Offers the vector backend where the JVM has the Vector API and compiles it well. */
public final class VectorBackendProvider implements BackendProvider {
    private static final String FORCE = "swath.vector.force";

    /** For the service loader. */
    public VectorBackendProvider() {}

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public int preference() {
        return 10;
    }

    @Override
    public Probe probe(int index) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new Probe.Refused(
                    "the module jdk.incubator.vector is not loaded; start java with --add-modules jdk.incubator.vector");
        }
        String vm = System.getProperty("java.vm.name", "") + " " + System.getProperty("java.vm.info", "");
        boolean slow = vm.contains("Graal") || vm.contains("JVMCI") || vm.contains("interpreted");
        if (slow && !Boolean.getBoolean(FORCE)) {
            return new Probe.Refused("this JVM (" + vm.strip() + ") does not compile vectors well; set -D" + FORCE
                    + "=true to use them all the same");
        }
        int lanes = VectorBackend.lanes();
        return lanes < 4
                ? new Probe.Refused("this processor offers vectors of only " + lanes + " floats")
                : new Probe.Available(new VectorBackend());
    }
}
