/** The BERT encoder (Devlin et al. 2019). */
@NullMarked
package dev.swath.nn.bert;

import org.jspecify.annotations.NullMarked;
