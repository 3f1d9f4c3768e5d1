/*
 * Hosts with links between them, in network namespaces of this machine: for tests. Each host has a TUN
 * device, link0, and this program carries the packets between them, as late, as seldom and as
 * slowly as it is told.
 *
 *     network hosts COUNT       makes them, prints "ready" and the process of each, obeys lines, ends with
 *                               its input and leaves nothing behind
 *     network in PROCESS COMMAND...    runs a command on the host of that process
 *
 * Lines, each answered with "ok", or "bad" and the line:
 *
 *     link FROM TO DELAY_MIN DELAY_MAX LOSS BYTES_PER_SECOND    ms, ms, packets of a thousand, 0: any
 *     cut FROM TO               nothing gets there any more
 *     shut FROM TO PORT         as a firewall does: nothing gets to that port of TCP any more
 *     mend FROM TO              ends a cut
 *     bytes FROM TO             answered with how many bytes have left there
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HOSTS_MAX 16
#define PACKET_MAX 2048
/* Packets on their way at the most: a full queue drops what comes. */
#define WAITING_MAX 65536
/* What may wait for a narrow link, as a time. */
#define QUEUE_NS 400000000ull
/* Nothing of it lasts longer. */
#define SECONDS_MAX 3600

struct link {
  double delay_min_ns, delay_max_ns, loss, bytes_per_ns;
  int is_cut, shut_port;
  uint64_t free_at_ns, bytes;
};

struct packet {
  uint64_t due_ns, number;
  int to;
  size_t length;
  unsigned char bytes[PACKET_MAX];
};

static struct link links[HOSTS_MAX + 1][HOSTS_MAX + 1];
static int tuns[HOSTS_MAX + 1];
static int host_count;
/* A heap: the packet that is due first is the first. */
static struct packet *waiting[WAITING_MAX];
static size_t waiting_count;
static uint64_t packet_count;

static void fail(const char *what) {
  fprintf(stderr, "network: cannot %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/* In [0, 1), the same in each run. */
static double fraction(void) {
  static uint64_t state = 0x9e3779b97f4a7c15ull;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(state >> 11) / 9007199254740992.0;
}

/* ---- packets on their way --------------------------------------------------------------------- */

static int is_before(size_t a, size_t b) {
  const struct packet *one = waiting[a], *other = waiting[b];
  return one->due_ns != other->due_ns ? one->due_ns < other->due_ns : one->number < other->number;
}

static void swap(size_t a, size_t b) {
  struct packet *packet = waiting[a];
  waiting[a] = waiting[b];
  waiting[b] = packet;
}

static void push(struct packet *packet) {
  size_t at = waiting_count++;
  waiting[at] = packet;
  for (; at > 0 && is_before(at, (at - 1) / 2); at = (at - 1) / 2) swap(at, (at - 1) / 2);
}

static struct packet *pop(void) {
  struct packet *first = waiting[0];
  waiting[0] = waiting[--waiting_count];
  for (size_t at = 0;;) {
    size_t least = at;
    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < waiting_count; child++) {
      if (is_before(child, least)) least = child;
    }
    if (least == at) return first;
    swap(at, least);
    at = least;
  }
}

static void deliver_due(void) {
  while (waiting_count > 0 && waiting[0]->due_ns <= now_ns()) {
    struct packet *packet = pop();
    /* A device that is full drops it, as networks do. */
    if (write(tuns[packet->to], packet->bytes, packet->length) < 0) errno = 0;
    free(packet);
  }
}

/* The host that a packet of IPv4 is for, 0: none. */
static int receiver_of(const unsigned char *bytes, ssize_t length) {
  if (length < 20 || bytes[0] >> 4 != 4) return 0;
  if (bytes[16] != 10 || bytes[17] != 77 || bytes[18] != 0) return 0;
  return bytes[19] >= 1 && bytes[19] <= host_count ? bytes[19] : 0;
}

/* The port of TCP that a packet is for, 0: none. */
static int port_of(const unsigned char *bytes, ssize_t length) {
  ssize_t header = (bytes[0] & 15) * 4;
  if (bytes[9] != IPPROTO_TCP || length < header + 4) return 0;
  return bytes[header + 2] << 8 | bytes[header + 3];
}

static void take(int from) {
  unsigned char bytes[PACKET_MAX];
  ssize_t length = read(tuns[from], bytes, sizeof bytes);
  int to = receiver_of(bytes, length);
  if (to == 0) return;
  struct link *link = &links[from][to];
  uint64_t now = now_ns();
  link->bytes += (uint64_t)length;
  if (link->shut_port != 0 && link->shut_port == port_of(bytes, length)) return;
  if (link->is_cut || fraction() < link->loss || waiting_count == WAITING_MAX) return;
  uint64_t leaves_ns = now;
  if (link->bytes_per_ns > 0) {
    if (link->free_at_ns > now + QUEUE_NS) return;
    if (link->free_at_ns < now) link->free_at_ns = now;
    leaves_ns = link->free_at_ns += (uint64_t)((double)length / link->bytes_per_ns);
  }
  struct packet *packet = malloc(sizeof *packet);
  if (packet == NULL) return;
  double delay_ns = link->delay_min_ns + fraction() * (link->delay_max_ns - link->delay_min_ns);
  packet->due_ns = leaves_ns + (uint64_t)delay_ns;
  packet->number = packet_count++;
  packet->to = to;
  packet->length = (size_t)length;
  memcpy(packet->bytes, bytes, packet->length);
  push(packet);
}

/* ---- hosts ------------------------------------------------------------------------------------ */

static void bring_up(int control, const char *name) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(control, SIOCGIFFLAGS, &request) < 0) fail("read the flags of a device");
  request.ifr_flags |= IFF_UP | IFF_RUNNING;
  if (ioctl(control, SIOCSIFFLAGS, &request) < 0) fail("bring a device up");
}

static void set_address(int control, unsigned long what, const char *address) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, "link0", IFNAMSIZ - 1);
  struct sockaddr_in *in = (struct sockaddr_in *)&request.ifr_addr;
  in->sin_family = AF_INET;
  if (inet_pton(AF_INET, address, &in->sin_addr) != 1) fail("read an address");
  if (ioctl(control, what, &request) < 0) fail("give a device its address");
}

static int open_tun(int host) {
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0) fail("open /dev/net/tun");
  struct ifreq request = {0};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  strncpy(request.ifr_name, "link0", IFNAMSIZ - 1);
  if (ioctl(tun, TUNSETIFF, &request) < 0) fail("make a device");
  int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (control < 0) fail("open a socket");
  char address[32];
  snprintf(address, sizeof address, "10.77.0.%d", host);
  set_address(control, SIOCSIFADDR, address);
  set_address(control, SIOCSIFNETMASK, "255.255.255.0");
  bring_up(control, "link0");
  bring_up(control, "lo");
  close(control);
  return tun;
}

static void send_tun(int socket, int tun) {
  char nothing = 0;
  struct iovec data = {&nothing, 1};
  union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {{0}};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &tun, sizeof tun);
  if (sendmsg(socket, &message, 0) < 0) fail("hand a device over");
}

static int receive_tun(int socket) {
  char nothing;
  struct iovec data = {&nothing, 1};
  union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  if (recvmsg(socket, &message, 0) <= 0) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL) return -1;
  int tun;
  memcpy(&tun, CMSG_DATA(header), sizeof tun);
  return tun;
}

/* A process that holds the namespace of a host, for as long as its parent lives. */
static pid_t start_host(int host) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) fail("make a pair of sockets");
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) fail("start a host");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) exit(1);
    close(ends[0]);
    if (unshare(CLONE_NEWNET) < 0) fail("make a network namespace");
    int tun = open_tun(host);
    send_tun(ends[1], tun);
    close(tun);
    close(0);
    close(1);
    for (;;) pause();
  }
  close(ends[1]);
  tuns[host] = receive_tun(ends[0]);
  close(ends[0]);
  if (tuns[host] < 0) exit(1);
  return child;
}

/* ---- lines ------------------------------------------------------------------------------------ */

static struct link *link_of(int from, int to) {
  int is_there = from >= 1 && from <= host_count && to >= 1 && to <= host_count;
  return is_there ? &links[from][to] : NULL;
}

static void obey(const char *line) {
  int from, to;
  double delay_min, delay_max, loss, bytes_per_second;
  char name[8];
  struct link *link = NULL;
  if (sscanf(line, "%7s %d %d", name, &from, &to) == 3) link = link_of(from, to);
  if (link != NULL && strcmp(name, "cut") == 0) {
    link->is_cut = 1;
  } else if (link != NULL && strcmp(name, "mend") == 0) {
    link->is_cut = 0;
  } else if (link != NULL && strcmp(name, "shut") == 0) {
    if (sscanf(line, "%*s %*d %*d %d", &link->shut_port) != 1) link->shut_port = 0;
  } else if (link != NULL && strcmp(name, "bytes") == 0) {
    printf("%llu\n", (unsigned long long)link->bytes);
    return;
  } else if (link != NULL && strcmp(name, "link") == 0 &&
             sscanf(line, "%*s %*d %*d %lf %lf %lf %lf", &delay_min, &delay_max, &loss,
                    &bytes_per_second) == 4) {
    link->delay_min_ns = delay_min * 1e6;
    link->delay_max_ns = delay_max * 1e6;
    link->loss = loss / 1000;
    link->bytes_per_ns = bytes_per_second / 1e9;
  } else {
    printf("bad %s\n", line);
    return;
  }
  printf("ok\n");
}

/* Obeys all whole lines that have come. Returns 0 when no more will come. */
static int obey_all(void) {
  static char text[4096];
  static size_t length;
  ssize_t count = read(0, text + length, sizeof text - 1 - length);
  if (count <= 0) return 0;
  length += (size_t)count;
  text[length] = 0;
  char *start = text;
  for (char *end; (end = strchr(start, '\n')) != NULL; start = end + 1) {
    *end = 0;
    obey(start);
  }
  fflush(stdout);
  length -= (size_t)(start - text);
  memmove(text, start, length);
  return length < sizeof text - 1;
}

static int carry(int count) {
  host_count = count;
  alarm(SECONDS_MAX);
  pid_t processes[HOSTS_MAX + 1];
  for (int host = 1; host <= count; host++) processes[host] = start_host(host);
  printf("ready");
  for (int host = 1; host <= count; host++) printf(" %d", processes[host]);
  printf("\n");
  fflush(stdout);
  struct pollfd polled[HOSTS_MAX + 1];
  for (int i = 0; i <= count; i++) {
    polled[i].fd = i == 0 ? 0 : tuns[i];
    polled[i].events = POLLIN;
  }
  for (;;) {
    struct timespec wait = {1, 0};
    if (waiting_count > 0) {
      uint64_t now = now_ns();
      uint64_t left = waiting[0]->due_ns > now ? waiting[0]->due_ns - now : 0;
      if (left < 1000000000ull) wait = (struct timespec){0, (long)left};
    }
    if (ppoll(polled, (nfds_t)count + 1, &wait, NULL) < 0 && errno != EINTR) fail("wait");
    if (polled[0].revents != 0 && !obey_all()) return 0;
    for (int host = 1; host <= count; host++) {
      if (polled[host].revents & POLLIN) take(host);
    }
    deliver_due();
  }
}

static int run_in(const char *process, char **command) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/net", atoi(process));
  int space = open(path, O_RDONLY | O_CLOEXEC);
  if (space < 0) fail("find the host");
  if (setns(space, CLONE_NEWNET) < 0) fail("enter the host");
  execvp(command[0], command);
  fail("run the command");
  return 1;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "hosts") == 0) {
    int count = atoi(argv[2]);
    if (count >= 1 && count <= HOSTS_MAX) return carry(count);
  }
  if (argc >= 4 && strcmp(argv[1], "in") == 0) return run_in(argv[2], argv + 3);
  fprintf(stderr, "usage: network hosts COUNT | network in PROCESS COMMAND...\n");
  return 64;
}
