package dev.swath.fianet;

import dev.swath.autograd.TapeListener;
import dev.swath.fianet.model.ReferringNetwork;
import java.util.Set;
import java.util.stream.Collectors;

/** Turns modules that end into a fraction: the steps of the network count alike. */
final class Progress implements TapeListener {
    private final ProgressListener listener;
    private final Set<String> open;
    private final int parts;
    private boolean cancelled;

    Progress(ReferringNetwork network, ProgressListener listener) {
        this.listener = listener;
        this.open =
                network.namedModules().keySet().stream().filter(network::isStep).collect(Collectors.toSet());
        this.parts = open.size() + 1; // the last part is bringing the mask to the image's size
    }

    @Override
    public void onExit(String path) {
        // Modules also end while a cancelled pass unwinds.
        if (!cancelled && open.remove(path)) {
            tell(1 - (open.size() + 1.0) / parts);
        }
    }

    /** The result is ready; a listener that cancels now is too late. */
    void done() {
        listener.onProgress(1);
    }

    private void tell(double fraction) {
        if (!listener.onProgress(fraction)) {
            cancelled = true;
            throw new CancelledException(fraction);
        }
    }
}
