package dev.swath.autograd;

import dev.swath.tensor.DType;
import dev.swath.tensor.DeviceStorage;
import dev.swath.tensor.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who owns what a pass allocates. On a recording tape, going forwards, what has been taken since the last op was recorded
 * belongs to the op that is recorded next: its result, and what it saved. No earlier op can know these storages, so once the
 * op's backward has run, and with it that of all later ones, nobody reads them: no counting of references is needed, and views
 * (which own nothing) need no care. Going backwards, what an op takes is given back when its backward ends, except what has
 * become the gradient of another result; that is given back when it has been passed on.
 */
final class PassMemory {
    private final Workspace workspace;
    private final boolean own;
    private final Set<Storage> retained = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Storage> left = new ArrayList<>();
    private List<Storage> pending = new ArrayList<>();
    private @Nullable List<Storage> frame;

    /** With a workspace, which ends with the pass where it is the pass's own. */
    PassMemory(Workspace workspace, boolean own) {
        this.workspace = workspace;
        this.own = own;
    }

    /** A storage for the op that is running, forwards or backwards. */
    Storage take(DType dtype, long elements) {
        Storage storage = workspace.take(dtype, elements);
        (frame == null ? pending : frame).add(storage);
        return storage;
    }

    /** A storage that no op owns: it goes back by {@link #give}, or leaves. */
    Storage takeUnowned(DType dtype, long elements) {
        return workspace.take(dtype, elements);
    }

    /** What the op that is being recorded owns. */
    List<Storage> claim() {
        List<Storage> owned = List.copyOf(pending);
        pending.clear();
        return owned;
    }

    /** An op has run that is not recorded: nobody tells when its result is needed no longer, so it leaves. */
    void leave() {
        pending.forEach(this::release);
        pending.clear();
    }

    /** Begins the backward of one op; the result must be passed to {@link #endBackward}. */
    @Nullable
    List<Storage> beginBackward() {
        List<Storage> outer = frame;
        frame = new ArrayList<>();
        return outer;
    }

    /** Ends the backward of one op: everything that it took goes back, except what is in {@code kept}. */
    void endBackward(@Nullable List<Storage> outer, Set<Storage> kept) {
        for (Storage storage : frame == null ? List.<Storage>of() : frame) {
            if (!kept.contains(storage)) {
                workspace.give(storage);
            }
        }
        frame = outer;
    }

    /** Begins a forward pass inside a backward or another forward pass; to be passed to {@link #endForward}. */
    Suspended beginForward() {
        Suspended outer = new Suspended(pending, frame);
        pending = new ArrayList<>();
        frame = null;
        return outer;
    }

    /** Goes on with what was interrupted. */
    void endForward(Suspended outer) {
        leave();
        pending = outer.pending;
        frame = outer.frame;
    }

    /** Makes the running op the owner of a storage that an op inside it has allocated. */
    void adopt(Storage storage) {
        (frame == null ? pending : frame).add(storage);
    }

    /** What {@link #beginForward} put aside. */
    record Suspended(List<Storage> pending, @Nullable List<Storage> frame) {}

    /** Whether what is given back from now on waits for {@link #letGo}. */
    void hold(boolean on) {
        workspace.hold(on);
    }

    /** What was held can be had again. */
    void letGo() {
        workspace.letGo();
    }

    /** This storage is never to be used again within the pass. */
    void retain(Storage storage) {
        retained.add(storage);
    }

    /** Nobody reads it any more, unless it is retained. */
    void free(Storage storage) {
        if (retained.contains(storage)) {
            release(storage);
        } else {
            workspace.give(storage);
        }
    }

    /** Nobody reads it any more. */
    void give(Storage storage) {
        workspace.give(storage);
    }

    /** The pass's user keeps it. */
    void release(Storage storage) {
        workspace.release(storage);
        if (storage instanceof DeviceStorage) {
            left.add(storage);
        }
    }

    /** The results of the pass are read no more. */
    void close() {
        left.forEach(workspace::reclaim);
        left.clear();
        if (own) {
            workspace.close();
        }
    }
}
