/* Stands between a process and the system (LD_PRELOAD) and lets its N-th write, sync or removal go wrong.

   Armed by fault_arm: which kinds of calls count, and how the chosen one goes wrong. Of files only those count whose
   path holds a given text. Sockets count as a kind of their own. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITES = 1, SYNCS = 2, SOCKETS = 4, NAMES = 8 };
enum { NEVER, KILL, TEAR, FAIL, FAIL_FROM_THERE };

static int kinds, how, error;
static long chosen, seen;
static char wanted[256];

void fault_arm(int which, int mode, long number, int code, const char *path) {
    kinds = which, how = mode, chosen = number, error = code, seen = 0;
    strncpy(wanted, path, sizeof wanted - 1);
}

long fault_seen(void) { return seen; }

static int kind_of(int file) {
    struct stat found;
    if (!kinds || fstat(file, &found)) return 0;
    if (S_ISSOCK(found.st_mode)) return found.st_mode && (kinds & SOCKETS) ? SOCKETS : 0;
    if (!S_ISREG(found.st_mode)) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, wanted) ? WRITES : 0;
}

/* Whether a call goes wrong now: 0 no, 1 it fails, 2 it is cut off in its middle. */
static int goes_wrong(int kind) {
    if (!(kinds & kind)) return 0;
    long number = __sync_add_and_fetch(&seen, 1);
    if (how == FAIL_FROM_THERE ? number < chosen : number != chosen) return 0;
    if (how == KILL) kill(getpid(), SIGKILL);
    if (how == TEAR) return 2;
    if (how == NEVER) return 0;
    errno = error;
    return 1;
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int file, const void *content, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    int wrong = goes_wrong(kind_of(file));
    if (wrong == 1) return -1;
    if (wrong == 2) { real(file, content, size / 2); kill(getpid(), SIGKILL); }
    return real(file, content, size);
}

ssize_t pwrite64(int file, const void *content, size_t size, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    int wrong = goes_wrong(kind_of(file));
    if (wrong == 1) return -1;
    if (wrong == 2) { real(file, content, size / 2, at); kill(getpid(), SIGKILL); }
    return real(file, content, size, at);
}

ssize_t pwrite(int file, const void *content, size_t size, off_t at) { return pwrite64(file, content, size, at); }

ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    return goes_wrong(kind_of(file)) ? -1 : real(file, parts, count);
}

ssize_t send(int file, const void *content, size_t size, int flags) {
    REAL(ssize_t, "send", int, const void *, size_t, int);
    return goes_wrong(kind_of(file)) ? -1 : real(file, content, size, flags);
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
    REAL(ssize_t, "sendmsg", int, const struct msghdr *, int);
    return goes_wrong(kind_of(file)) ? -1 : real(file, message, flags);
}

int fsync(int file) {
    REAL(int, "fsync", int);
    return kind_of(file) && goes_wrong(SYNCS) ? -1 : real(file);
}

int fdatasync(int file) {
    REAL(int, "fdatasync", int);
    return kind_of(file) && goes_wrong(SYNCS) ? -1 : real(file);
}

int ftruncate64(int file, off64_t size) {
    REAL(int, "ftruncate64", int, off64_t);
    return kind_of(file) && goes_wrong(NAMES) ? -1 : real(file, size);
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    return strstr(to, wanted) && goes_wrong(NAMES) ? -1 : real(from, to);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    return strstr(path, wanted) && goes_wrong(NAMES) ? -1 : real(path);
}
