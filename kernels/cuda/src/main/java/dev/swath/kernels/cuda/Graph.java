package dev.swath.kernels.cuda;

import dev.swath.kernels.Recorded;
import java.util.List;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.global.cudart;

/** A recording as a CUDA graph: one launch, whatever the number of kernels. */
final class Graph implements Recorded {
    private final CudaBackend owner;
    private final CUgraphExec_st graph = new CUgraphExec_st();
    private final List<Long> memory;
    private boolean closed;

    /** Takes over the graph, and the memory that it uses and nobody else owns. */
    Graph(CudaBackend owner, CUgraph_st recorded, List<Long> memory) {
        this.owner = owner;
        this.memory = memory;
        try {
            Driver.check(cudart.cuGraphInstantiate(graph, recorded, 0), "making a graph of a recording");
        } finally {
            cudart.cuGraphDestroy(recorded);
        }
    }

    @Override
    public synchronized void run() {
        if (closed || owner.isClosed()) {
            throw new IllegalStateException("[cuda] the recording is closed");
        }
        owner.gpu().enter();
        Driver.check(cudart.cuGraphLaunch(graph, owner.gpu().stream()), "launching a graph");
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!owner.isClosed()) {
            owner.synchronize();
            cudart.cuGraphExecDestroy(graph);
            owner.giveBack(memory);
        }
    }
}
