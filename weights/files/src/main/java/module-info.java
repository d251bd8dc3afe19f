/** Strict JSON, and files that are written whole or not at all. */
module dev.swath.files {
    requires static org.jspecify;

    exports dev.swath.files;
    exports dev.swath.files.json;
}
