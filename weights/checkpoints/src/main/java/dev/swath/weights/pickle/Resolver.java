package dev.swath.weights.pickle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the names in a pickle mean. Nothing is looked up by reflection: a resolver answers for a fixed list of names. */
public interface Resolver {
    /** Whether a pickle may name {@code module.name} at all. */
    boolean allows(String module, String name);

    /** The value of calling the allowed {@code module.name} with these arguments. */
    @Nullable
    Object call(String module, String name, List<@Nullable Object> arguments);

    /** The value behind a persistent id. */
    @Nullable
    Object persistent(@Nullable Object id);

    /** Plain data only: no name is allowed. */
    Resolver PLAIN = new Resolver() {
        @Override
        public boolean allows(String module, String name) {
            return false;
        }

        @Override
        public @Nullable Object call(String module, String name, List<@Nullable Object> arguments) {
            throw new PickleException("[pickle] nothing may be called");
        }

        @Override
        public @Nullable Object persistent(@Nullable Object id) {
            throw new PickleException("[pickle] there may be no persistent ids");
        }
    };
}
