package dev.swath.kernels.vector;

import dev.swath.kernels.BackendProvider;
import java.util.Optional;

/** Offers the vector backend where the JVM has the Vector API and compiles it well. */
public final class VectorBackendProvider implements BackendProvider {
    private static final String SWITCH = "swath.vector";
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
        return probe(System.getProperty(SWITCH, "on"), Boolean.getBoolean(FORCE), Jvm.running());
    }

    static Probe probe(String wanted, boolean force, Jvm jvm) {
        if (wanted.equalsIgnoreCase("off")) {
            return new Probe.Refused("the vector kernels were switched off by -D" + SWITCH + "=off");
        }
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return new Probe.Refused("the module jdk.incubator.vector is not loaded; start java with --add-modules"
                    + " jdk.incubator.vector");
        }
        Optional<String> obstacle = force ? Optional.empty() : jvm.obstacle();
        if (obstacle.isPresent()) {
            return new Probe.Refused(obstacle.get() + ", where vectors are slower than plain loops; set -D" + FORCE
                    + "=true to use them all the same");
        }
        int lanes = VectorBackend.lanes();
        return lanes < 4
                ? new Probe.Refused("this processor offers vectors of only " + lanes + " floats")
                : new Probe.Available(new VectorBackend());
    }
}
