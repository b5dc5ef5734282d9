/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What we use of the C library and of libFuzzer, whose headers do not go with
 * those of the kernel.
 */
#ifndef FUZZ_LIBC_H
#define FUZZ_LIBC_H

#include <linux/stdarg.h>
#include <linux/types.h>

struct _IO_FILE;

int printf(const char *format, ...);
int vprintf(const char *format, va_list args);
unsigned long strtoul(const char *s, char **end, int base);
struct _IO_FILE *fopen(const char *path, const char *mode);
char *fgets(char *buf, int size, struct _IO_FILE *file);
size_t fwrite(const void *p, size_t size, size_t nr, struct _IO_FILE *file);
int fflush(struct _IO_FILE *file);
int fclose(struct _IO_FILE *file);
char *getenv(const char *name);
__noreturn void exit(int status);
__noreturn void abort(void);

size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max,
			       unsigned int seed);

#endif /* FUZZ_LIBC_H */
