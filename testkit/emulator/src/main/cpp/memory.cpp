#include "memory.hpp"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <deque>
#include <map>

namespace memory {

namespace {

constexpr size_t PAGE = 4096, GUARD = 64 << 10, ALIGNMENT = 256, KEPT = 4096;

struct Block {
  unsigned char* pages;  // what may be touched
  size_t span;
  size_t bytes;
  int device;
  bool used;
};

typedef std::map<const unsigned char*, Block> Blocks;

// Never taken down, as the process may end at any time.
Blocks& blocks() {
  static auto* all = new Blocks;
  return *all;
}
std::deque<const unsigned char*>& freed() {
  static auto* all = new std::deque<const unsigned char*>;
  return *all;
}

// The block whose memory or borders hold the address.
Blocks::iterator around(const void* address) {
  const unsigned char* p = (const unsigned char*)address;
  auto i = blocks().upper_bound(p);
  if (i != blocks().end() && p >= i->second.pages - GUARD) return i;
  if (i == blocks().begin()) return blocks().end();
  --i;
  return p < i->second.pages + i->second.span + GUARD ? i : blocks().end();
}

bool clean(const unsigned char* from, const unsigned char* to) {
  for (; from < to; from++) {
    if (*from != 0xFF) return false;
  }
  return true;
}

}  // namespace

void* take(size_t bytes, int device) {
  size_t span = (bytes + PAGE - 1) / PAGE * PAGE;
  void* all = mmap(nullptr, span + 2 * GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  unsigned char* pages = (unsigned char*)all + GUARD;
  if (mprotect(pages, span, PROT_READ | PROT_WRITE) != 0) {
    munmap(all, span + 2 * GUARD);
    return nullptr;
  }
  memset(pages, 0xFF, span);
  unsigned char* data = (unsigned char*)((uintptr_t)(pages + span - bytes) / ALIGNMENT * ALIGNMENT);
  blocks()[data] = {pages, span, bytes, device, true};
  return data;
}

static void retire(Blocks::iterator i) {
  Block& b = i->second;
  b.used = false;
  mmap(b.pages, b.span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  freed().push_back(i->first);
  if (freed().size() <= KEPT) return;
  auto oldest = blocks().find(freed().front());
  freed().pop_front();
  munmap(oldest->second.pages - GUARD, oldest->second.span + 2 * GUARD);
  blocks().erase(oldest);
}

bool give(void* address) {
  auto i = blocks().find((const unsigned char*)address);
  if (i == blocks().end() || !i->second.used) return false;
  retire(i);
  return true;
}

bool valid(const void* address, size_t bytes, int device) {
  auto i = around(address);
  const unsigned char* p = (const unsigned char*)address;
  return i != blocks().end() && i->second.used && (i->second.device == device || i->second.device == PINNED) && p >= i->first &&
         p + bytes <= i->first + i->second.bytes;
}

bool known(const void* address, int device) { return valid(address, 0, device); }

void* range(const void* address, size_t* bytes, int* device) {
  auto i = around(address);
  if (i == blocks().end() || !i->second.used || address < i->first) return nullptr;
  *bytes = i->second.bytes, *device = i->second.device;
  return (void*)i->first;
}

size_t used(int device) {
  size_t n = 0;
  for (auto& b : blocks()) n += b.second.used && b.second.device == device ? b.second.bytes : 0;
  return n;
}

std::string damage(int device) {
  std::string text;
  for (auto& entry : blocks()) {
    const unsigned char* data = entry.first;
    Block& b = entry.second;
    if (!b.used || b.device != device) continue;
    unsigned char *end = (unsigned char*)data + b.bytes, *last = b.pages + b.span;
    unsigned char* first = data - b.pages > (ptrdiff_t)ALIGNMENT ? (unsigned char*)data - ALIGNMENT : b.pages;
    const char* side = !clean(first, data) ? "before" : !clean(end, last) ? "behind" : nullptr;
    if (!side) continue;
    char line[160];
    snprintf(line, sizeof line, "it wrote %s the %zu bytes of memory at %p", side, b.bytes, (const void*)data);
    if (text.empty()) text = line;
    memset(first, 0xFF, (size_t)(data - first)), memset(end, 0xFF, (size_t)(last - end));
  }
  return text;
}

std::string describe(const void* address) {
  auto i = around(address);
  if (i == blocks().end()) return "which is no memory of the device";
  const unsigned char* p = (const unsigned char*)address;
  long long behind = p - i->first - (long long)i->second.bytes;
  std::string of = " the " + std::to_string(i->second.bytes) + " bytes of memory that " +
                   (i->second.used ? "begin at " : "were given back at ");
  char at[32];
  snprintf(at, sizeof at, "%p", (const void*)i->first);
  of += at;
  if (p < i->first) return std::to_string(i->first - p) + " bytes before" + of;
  if (behind >= 0) return std::to_string(behind) + " bytes behind" + of;
  return "in" + of;
}

void give_all(int device) {
  for (bool more = true; more;) {
    more = false;
    for (auto i = blocks().begin(); i != blocks().end(); ++i) {
      if (!i->second.used || i->second.device != device) continue;
      retire(i);
      more = true;
      break;
    }
  }
}

}  // namespace memory
