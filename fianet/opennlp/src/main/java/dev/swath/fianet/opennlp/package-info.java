/** Tags of words by Apache OpenNLP. */
@NullMarked
package dev.swath.fianet.opennlp;

import org.jspecify.annotations.NullMarked;
