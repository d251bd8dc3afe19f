package dev.swath.fianet.text;

import java.util.List;

/** Gives each word a tag of the Penn treebank. Thread-safe. */
@FunctionalInterface
public interface PosTagger {
    /** One tag a word. */
    List<String> tag(List<String> words);
}
