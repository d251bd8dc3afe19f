package dev.swath.fianet.model;

import dev.swath.fianet.model.crossvlt.CrossVltProvider;
import dev.swath.fianet.model.dlsa.DlsaProvider;
import dev.swath.fianet.model.fianet.FiaNetProvider;
import dev.swath.fianet.model.lavt.LavtProvider;
import dev.swath.fianet.model.lgce.LgceProvider;
import dev.swath.fianet.model.mafn.MafnProvider;
import dev.swath.fianet.model.rmsin.RemoteSamProvider;
import dev.swath.fianet.model.rmsin.RmsinProvider;
import dev.swath.files.Quoted;
import dev.swath.nn.ModuleException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The list of networks: Swath's own, and those that others register. */
public final class Networks {
    private static final List<NetworkProvider> OWN = List.of(
            new FiaNetProvider(),
            new LavtProvider(),
            new RmsinProvider(),
            new RemoteSamProvider(),
            new DlsaProvider(),
            new MafnProvider(),
            new LgceProvider(),
            new CrossVltProvider());

    private Networks() {}

    /** All of them, Swath's own first. */
    public static List<NetworkProvider> all() {
        Map<String, NetworkProvider> out = new LinkedHashMap<>();
        OWN.forEach(n -> out.put(n.name(), n));
        try {
            for (NetworkProvider network : ServiceLoader.load(NetworkProvider.class)) {
                if (!network.name().matches("[a-z0-9][a-z0-9-]*")) {
                    throw new ModuleException(
                            "[network] the name of a network has lower-case letters, digits and hyphens;" + " got '"
                                    + Quoted.text(network.name()) + "' of "
                                    + network.getClass().getName());
                }
                NetworkProvider other = out.putIfAbsent(network.name(), network);
                if (other != null) {
                    throw new ModuleException("[network] two networks have the name '" + network.name() + "': "
                            + other.getClass().getName() + " and "
                            + network.getClass().getName() + "; take one of them off the path");
                }
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new ModuleException("[network] a registered network cannot be used: " + Quoted.rule(e.getMessage()));
        }
        return new ArrayList<>(out.values());
    }

    /** The network that is meant where none is named. */
    public static NetworkProvider standard() {
        return OWN.getFirst();
    }

    /** The network of that name. */
    public static NetworkProvider named(String name) {
        List<NetworkProvider> all = all();
        return all.stream()
                .filter(n -> n.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new ModuleException(
                                "[network] there is no network '" + Quoted.text(name) + "' here; there are: "
                                        + all.stream()
                                                .map(NetworkProvider::name)
                                                .collect(Collectors.joining(", "))
                                        + "; the jar of another one belongs on the module path, which is SWATH_PLUGINS for ./swath"));
    }
}
