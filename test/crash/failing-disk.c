/*
 * For LD_PRELOAD: flushes and writes of the store fail while the file that SOTTO_FAIL_FILE names is there. Its text says
 * which: "flush" or "write". Only files whose name holds "store.db" are meant.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int fd, const char *what) {
  const char *file = getenv("SOTTO_FAIL_FILE");
  char link[64], path[4096], text[16] = {0};
  if (file == NULL || access(file, F_OK) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (strstr(path, "store.db") == NULL) return 0;
  FILE *stream = fopen(file, "r");
  if (stream == NULL) return 0;
  size_t got = fread(text, 1, sizeof text - 1, stream);
  fclose(stream);
  return got > 0 && strcmp(text, what) == 0;
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  if (fails(fd, "flush")) return errno = EIO, -1;
  return real(fd);
}

int fdatasync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  if (fails(fd, "flush")) return errno = EIO, -1;
  return real(fd);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  ssize_t (*real)(int, const void *, size_t, off64_t) =
      (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  if (fails(fd, "write")) return errno = ENOSPC, -1;
  return real(fd, data, size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  return pwrite64(fd, data, size, at);
}

/* SQLite built without USE_PREAD seeks and writes. */
ssize_t write(int fd, const void *data, size_t size) {
  ssize_t (*real)(int, const void *, size_t) = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (fails(fd, "write")) return errno = ENOSPC, -1;
  return real(fd, data, size);
}
