/** The command line. */
module dev.swath.fianet.cli {
    requires dev.swath.fianet.inspect;
    requires dev.swath.fianet.training;
    requires dev.swath.files;
    requires java.management;
    requires jdk.management; // memory and compiler options for 'swath doctor'
    requires info.picocli;
    requires static org.jspecify;

    opens dev.swath.fianet.cli to
            info.picocli;
}
