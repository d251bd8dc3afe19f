/** What runs on a machine that has a device: tests, measurements of kernels and of whole networks. */
@NullMarked
package dev.swath.device;

import org.jspecify.annotations.NullMarked;
