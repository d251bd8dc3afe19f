/**
 * One file of HTML that shows an inspection: it opens from the disk by a double click, asks nothing of any network, and holds its
 * numbers as they were. {@link dev.swath.fianet.inspect.page.PageWriter} writes it.
 */
@NullMarked
package dev.swath.fianet.inspect.page;

import org.jspecify.annotations.NullMarked;
