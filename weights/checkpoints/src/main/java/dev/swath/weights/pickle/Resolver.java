package dev.swath.weights.pickle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the names in a pickle mean. Nothing is looked up by reflection and nothing is run: a resolver answers for names that it knows. */
public interface Resolver {
    /** Whether a pickle may name this at all. */
    boolean allows(Global name);

    /** The value that stands for calling {@code callee} with these arguments; a {@link PythonObject} if nothing else is known. */
    @Nullable
    Object call(Global callee, List<@Nullable Object> arguments);

    /** The value behind a persistent id. */
    @Nullable
    Object persistent(@Nullable Object id);

    /** Plain data only: no name is allowed. */
    Resolver PLAIN = new Resolver() {
        @Override
        public boolean allows(Global name) {
            return false;
        }

        @Override
        public @Nullable Object call(Global callee, List<@Nullable Object> arguments) {
            throw new PickleException("[pickle] nothing may be called");
        }

        @Override
        public @Nullable Object persistent(@Nullable Object id) {
            throw new PickleException("[pickle] there may be no persistent ids");
        }
    };
}
