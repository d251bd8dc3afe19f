package dev.swath.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.swath.fianet.model.NetworkProvider;
import dev.swath.fianet.model.Networks;
import dev.swath.fianet.model.ReferringNetwork;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A network is known to nothing but its own package and the list of networks. */
class NetworksTest {
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.swath.fianet");

    /** The packages of the networks: those with a class that is a {@link ReferringNetwork}, and not only a part of one. */
    private static Set<String> packages() {
        return PRODUCT.stream()
                .filter(c -> c.isAssignableTo(ReferringNetwork.class)
                        && !c.getModifiers().contains(JavaModifier.ABSTRACT))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());
    }

    @Test
    void onlyTheListKnowsANetwork() {
        Set<String> listed =
                Networks.all().stream().map(n -> n.getClass().getPackageName()).collect(Collectors.toSet());
        assertEquals(listed, packages());
        for (String network : packages()) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage(network)
                    .and()
                    .doNotHaveFullyQualifiedName(Networks.class.getName())
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(network)
                    .check(PRODUCT);
        }
    }

    @Test
    void theListKnowsRegistrationsOnly() {
        for (String network : packages()) {
            PRODUCT.get(Networks.class).getDirectDependenciesFromSelf().stream()
                    .map(d -> d.getTargetClass())
                    .filter(c -> c.getPackageName().equals(network))
                    .forEach(c -> assertEquals(true, c.isAssignableTo(NetworkProvider.class), c.getName()));
        }
    }
}
