// What -fsanitize calls when a kernel does something that a processor forgives and a device does not, or that is undefined: the
// launch fails with the place. So no library of the compiler is needed at run time.
#include "emulator.hpp"

namespace {

struct Place {
  const char* file;
  unsigned line, column;
};
struct Type {
  unsigned short kind, info;
  char name[];
};
struct Mismatch {
  Place place;
  const Type* type;
  unsigned char log_alignment, access;
};
struct Bounds {
  Place place;
  const Type *array, *index;
};
struct Operation {
  Place place;
  const Type* type;
};

const char* name(const Place& p) {
  const char* slash = strrchr(p.file, '/');
  return slash ? slash + 1 : p.file;
}

}  // namespace

extern "C" {
void __ubsan_handle_type_mismatch_v1(Mismatch* m, uintptr_t at) {
  emulator::fail(emulator::MISALIGNED, "%s:%u: address %p is no multiple of the %u bytes that %s needs", name(m->place), m->place.line,
                 (void*)at, 1u << m->log_alignment, m->type->name);
}
void __ubsan_handle_out_of_bounds(Bounds* b, uintptr_t index) {
  emulator::fail(emulator::LAUNCH_FAILED, "%s:%u: index %lld is beside %s", name(b->place), b->place.line, (long long)index,
                 b->array->name);
}
void __ubsan_handle_shift_out_of_bounds(Bounds* b, uintptr_t, uintptr_t by) {
  emulator::fail(emulator::LAUNCH_FAILED, "%s:%u: a shift of %s by %lld bits", name(b->place), b->place.line, b->array->name,
                 (long long)by);
}
void __ubsan_handle_divrem_overflow(Operation* o, uintptr_t, uintptr_t) {
  emulator::fail(emulator::LAUNCH_FAILED, "%s:%u: an integer was divided by zero", name(o->place), o->place.line);
}
}
