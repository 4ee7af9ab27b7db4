/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Runs a fuzzer's door over the files of its corpus, without libFuzzer: each whole, then cut
 * short at a few places, since truncation is what doors get wrong most. A fault shows as a crash
 * or as a sanitizer's report. An empty corpus fails: it would test nothing.
 */
#include "selftests/unit/report.h"

#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { N_CUTS = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *read_whole(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long len;

	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END) && (len = ftell(f)) >= 0 && !fseek(f, 0, SEEK_SET)) {
		/* One byte more: an empty file is an input as well. */
		data = malloc((size_t)len + 1);
		*size = data ? fread(data, 1, (size_t)len, f) : 0;
	}
	fclose(f);
	return data;
}

/* Each input gets a block of exactly its size, so that a sanitizer sees a read past its end. */
static void run_copy(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int run_file(const char *path)
{
	size_t size = 0;
	uint8_t *data = read_whole(path, &size);

	if (!data) {
		fprintf(stderr, "cannot read %s\n", path);
		return -1;
	}
	run_copy(data, size);
	for (size_t i = 0; i < N_CUTS && size; i++)
		run_copy(data, size * i / N_CUTS);
	free(data);
	return 0;
}

static unsigned int run_folder(const char *folder, unsigned int *failed)
{
	struct dirent **names;
	char path[4096];
	unsigned int passed = 0;
	int n = scandir(folder, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
			/* Said first, so that a crash names its input. */
			fprintf(stderr, "replay %s\n", path);
			if (run_file(path))
				++*failed;
			else
				passed++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return passed;
}

int main(int argc, char **argv)
{
	unsigned int passed = 0, failed = 0;

	for (int i = 1; i < argc; i++)
		passed += run_folder(argv[i], &failed);
	if (!passed && !failed) {
		fprintf(stderr, "no input to replay\n");
		failed = 1;
	}
	return report_counts(passed, failed, 0);
}
