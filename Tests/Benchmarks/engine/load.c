// Sends prepared HTTP requests to 127.0.0.1:PORT, CONNECTIONS at a time, each on a connection of its own that the server
// closes; keeps every answer as REQUEST.answer and prints the seconds of each, and of all, as JSON. One thread that
// sleeps in poll and parses nothing, so that the same client costs every server the same, and little.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, ANSWER_MAX = 64 << 20, SILENCE_MS_MAX = 300000 };

typedef struct {
  char *request;
  size_t requestBytes, sent;
  char *answer;
  size_t answerBytes, answerRoom;
  double begun, ended;
} Exchange;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void stop(const char *what, const char *which) {
  fprintf(stderr, "load: %s %s: %s\n", what, which, strerror(errno));
  exit(74);
}

static void load(Exchange *exchange, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0) stop("cannot read", path);
  exchange->requestBytes = (size_t)ftell(file);
  rewind(file);
  exchange->request = malloc(exchange->requestBytes + 1);
  if (!exchange->request || fread(exchange->request, 1, exchange->requestBytes, file) != exchange->requestBytes)
    stop("cannot read", path);
  fclose(file);
}

static int begin(Exchange *exchange, uint16_t port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int yes = 1, connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  exchange->begun = now();
  if (connection < 0 || connect(connection, (struct sockaddr *)&to, sizeof to) != 0) stop("cannot", "connect");
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  fcntl(connection, F_SETFL, O_NONBLOCK);
  return connection;
}

static void write_some(Exchange *exchange, int connection) {
  ssize_t wrote = send(connection, exchange->request + exchange->sent, exchange->requestBytes - exchange->sent, MSG_NOSIGNAL);
  if (wrote > 0) exchange->sent += (size_t)wrote;
  else if (wrote < 0 && errno != EAGAIN && errno != EINTR) stop("cannot", "send");
}

// Whether the answer has ended.
static int read_some(Exchange *exchange, int connection) {
  if (exchange->answerRoom - exchange->answerBytes < 65536) {
    exchange->answerRoom = exchange->answerRoom * 2 + (1 << 17);
    if (exchange->answerRoom > ANSWER_MAX) errno = EMSGSIZE, stop("cannot keep", "an answer");
    exchange->answer = realloc(exchange->answer, exchange->answerRoom);
    if (!exchange->answer) stop("cannot keep", "an answer");
  }
  ssize_t got = recv(connection, exchange->answer + exchange->answerBytes, exchange->answerRoom - exchange->answerBytes, 0);
  if (got > 0) exchange->answerBytes += (size_t)got;
  else if (got < 0 && errno != EAGAIN && errno != EINTR) stop("cannot", "receive");
  return got == 0;
}

static void save(const Exchange *exchange, const char *path) {
  char name[4096];
  snprintf(name, sizeof name, "%s.answer", path);
  FILE *file = fopen(name, "wb");
  if (!file || fwrite(exchange->answer, 1, exchange->answerBytes, file) != exchange->answerBytes || fclose(file) != 0)
    stop("cannot write", name);
}

int main(int count, char **words) {
  int connections = count > 3 ? atoi(words[2]) : 0, requests = count - 3, next = 0, done = 0;
  if (connections < 1 || connections > CONNECTIONS_MAX) {
    fputs("usage: load PORT CONNECTIONS REQUEST...\n", stderr);
    return 64;
  }
  uint16_t port = (uint16_t)atoi(words[1]);
  if (connections > requests) connections = requests;
  Exchange *exchanges = calloc((size_t)requests, sizeof *exchanges);
  struct pollfd waiting[CONNECTIONS_MAX];
  int at[CONNECTIONS_MAX];
  if (!exchanges) stop("cannot begin", "");
  for (int i = 0; i < requests; i++) load(&exchanges[i], words[3 + i]);
  double begun = now();
  for (int i = 0; i < connections; i++, next++) {
    waiting[i] = (struct pollfd){.fd = begin(&exchanges[next], port), .events = POLLOUT};
    at[i] = next;
  }
  while (done < requests) {
    int ready = poll(waiting, (nfds_t)connections, SILENCE_MS_MAX);
    if (ready == 0) errno = ETIMEDOUT;
    if (ready == 0 || (ready < 0 && errno != EINTR)) stop("no answer for", "too long");
    for (int i = 0; ready > 0 && i < connections; i++) {
      if (!waiting[i].revents) continue;
      Exchange *exchange = &exchanges[at[i]];
      if (exchange->sent < exchange->requestBytes) write_some(exchange, waiting[i].fd);
      else if (read_some(exchange, waiting[i].fd)) {
        exchange->ended = now();
        close(waiting[i].fd);
        done++;
        if (next < requests) waiting[i].fd = begin(&exchanges[at[i] = next++], port);
        else waiting[i].fd = -1;
      }
      waiting[i].events = exchanges[at[i]].sent < exchanges[at[i]].requestBytes ? POLLOUT : POLLIN;
    }
  }
  printf("{\"wall_s\": %.6f, \"seconds\": [", now() - begun);
  for (int i = 0; i < requests; i++) {
    printf("%s%.6f", i ? ", " : "", exchanges[i].ended - exchanges[i].begun);
    save(&exchanges[i], words[3 + i]);
  }
  puts("]}");
  return 0;
}
