/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The ELF header, decoded here and not by libelf, so that no count or offset that lies outside of
 * the file is ever acted upon: libelf sizes its tables by them.
 */
#include "lib/elf/elf_int.h"

#include <unistd.h>

int elf_src_read(const struct elf_source *src, u64 off, void *buf, size_t n)
{
	u8 *p = buf;

	if (off > src->size || n > src->size - off)
		return -EINVAL;
	if (src->fd < 0) {
		if (n)
			memcpy(p, src->mem.data + off, n);
		return 0;
	}
	while (n) {
		ssize_t got = pread(src->fd, p, n, (off_t)off);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -EIO;
		p += got;
		off += (u64)got;
		n -= (size_t)got;
	}
	return 0;
}

static int bad_head(struct diag *d, const char *name, const char *why)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = name;
	return diag_raise(d, DIAG_ELF_HEADER, &at, name, why);
}

static int check_type(struct diag *d, const char *name, u16 etype)
{
	static const char *const kinds[] = { "an ELF file of no type", "relocatable",
					     "an executable", "a shared object", "a core dump" };
	struct weld_where at = WELD_WHERE_NONE;
	const char *what = etype < ARRAY_SIZE(kinds) ? kinds[etype] : "an ELF file of unknown type";

	at.file = name;
	return etype == ET_REL ? 0 : diag_raise(d, DIAG_ELF_NOT_RELOCATABLE, &at, name, what);
}

/*
 * Counts that don't fit the header's 16 bits are in section header 0: the number of sections in
 * its sh_size, the string table's in its sh_link (System V ABI, chapter 4).
 */
static int read_counts(const struct elf_source *src, const u8 *eh, bool swap, struct elf_head *h)
{
	u8 sh[ELF64_SHDR_SIZE];
	u64 n = get_u16(eh + 60, swap);
	int err;

	h->shstrndx = get_u16(eh + 62, swap);
	err = elf_src_read(src, h->shoff, sh, sizeof(sh));
	if (err)
		return err;
	if (!n)
		n = get_u64(sh + 32, swap);
	if (h->shstrndx == SHN_XINDEX)
		h->shstrndx = get_u32(sh + 40, swap);
	if (n > (src->size - h->shoff) / ELF64_SHDR_SIZE)
		return -EINVAL;
	h->n_secs = (u32)n;
	return 0;
}

static int check_ident(struct diag *d, const char *name, const u8 *eh)
{
	if (eh[EI_CLASS] != ELFCLASS64)
		return bad_head(d, name, "its class is neither 32 nor 64 bit");
	if (eh[EI_DATA] != ELFDATA2LSB && eh[EI_DATA] != ELFDATA2MSB)
		return bad_head(d, name, "it names no byte order");
	if (eh[EI_VERSION] != EV_CURRENT)
		return bad_head(d, name, "its version is not 1");
	return 0;
}

int elf_read_head(struct diag *d, const struct elf_source *src, const char *name,
		  struct elf_head *out)
{
	struct elf_head h = { 0 };
	u8 eh[ELF64_EHDR_SIZE];
	bool swap;
	int err;

	if (elf_src_read(src, 0, eh, sizeof(eh)))
		return bad_head(d, name, "the file ends within it");
	err = check_ident(d, name, eh);
	if (err)
		return err;
	h.big_endian = eh[EI_DATA] == ELFDATA2MSB;
	swap = h.big_endian != HOST_BIG_ENDIAN;
	h.etype = get_u16(eh + 16, swap);
	h.machine = get_u16(eh + 18, swap);
	err = check_type(d, name, h.etype);
	if (err)
		return err;
	if (get_u32(eh + 20, swap) != EV_CURRENT)
		return bad_head(d, name, "its version is not 1");
	if (get_u16(eh + 52, swap) < sizeof(eh) || get_u16(eh + 58, swap) != ELF64_SHDR_SIZE)
		return bad_head(d, name, "it claims another size of headers");
	h.shoff = get_u64(eh + 40, swap);
	if (h.shoff < sizeof(eh) || read_counts(src, eh, swap, &h))
		return bad_head(d, name, "its section headers lie outside of the file");
	if (!h.shstrndx || h.shstrndx >= h.n_secs)
		return bad_head(d, name, "it names no string table for section names");
	*out = h;
	return 0;
}
