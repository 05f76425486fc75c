/*
 * Put in front of the system with LD_PRELOAD: while the file that FAULT_FILE names is there, writes to files of the
 * database, or syncs of them, fail with the error that it says, such as "write 30". A kernel that has turned a volume
 * read-only after an error of the disk does that; nobody can ask it to.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fault(const char *wanted) {
  char call[16] = "";
  int error = 0;
  const char *path = getenv("FAULT_FILE");
  FILE *file = path == NULL ? NULL : fopen(path, "r");
  if (file == NULL) return 0;
  if (fscanf(file, "%15s %d", call, &error) != 2 || strcmp(call, wanted) != 0) error = 0;
  fclose(file);
  return error;
}

static int is_database(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return strstr(path, ".db") != NULL;
}

static int fails(const char *call, int descriptor) {
  int error = is_database(descriptor) ? fault(call) : 0;
  if (error != 0) errno = error;
  return error != 0;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (real == NULL) real = dlsym(RTLD_NEXT, "pwrite64");
  return fails("write", descriptor) ? -1 : real(descriptor, bytes, count, offset);
}

int fsync(int descriptor) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fsync");
  return fails("sync", descriptor) ? -1 : real(descriptor);
}

int fdatasync(int descriptor) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fdatasync");
  return fails("sync", descriptor) ? -1 : real(descriptor);
}

/* What a read-only volume says when it is asked. */
int access(const char *path, int mode) {
  static int (*real)(const char *, int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "access");
  if ((mode & W_OK) != 0 && strstr(path, ".db") != NULL && fault("write") == EROFS) {
    errno = EROFS;
    return -1;
  }
  return real(path, mode);
}
