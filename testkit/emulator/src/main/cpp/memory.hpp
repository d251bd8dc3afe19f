// The memory of pretended devices: pages of this process with pages around them that nobody may touch.
#pragma once

#include <stddef.h>

#include <string>

namespace memory {

constexpr int PINNED = -1;

// That many bytes of 0xFF for a device or PINNED, at a multiple of 256 and as near to the page behind as that allows; null if
// the system has none. Whoever reads or writes more than 255 bytes behind it is stopped at once; whoever writes less far is
// found by damage().
void* take(size_t bytes, int device);
// False if nothing that is in use begins there. The pages stay reserved, so that whoever still uses them is stopped.
bool give(void* address);
// Whether all these bytes are in use for that device, or pinned.
bool valid(const void* address, size_t bytes, int device);
// Whether the address, or the one just behind it, is of that device or pinned.
bool known(const void* address, int device);
// Where the memory that holds the address begins, and its size; null if none does.
void* range(const void* address, size_t* bytes, int* device);
// Bytes in use of a device.
size_t used(int device);
// Says which memory of the device had its borders overwritten, and mends them; empty if none had.
std::string damage(int device);
std::string describe(const void* address);
void give_all(int device);

}  // namespace memory
