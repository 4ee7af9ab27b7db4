/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Network devices, for the kernel target: rtnetlink(7). */
#include "lib/load/kernel.h"

#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "uapi/net.h"

int load_kernel_ifindex(void *user, const char *name, unsigned int *index)
{
	unsigned int found = if_nametoindex(name);

	if (!found)
		return -errno;
	*index = found;
	return 0;
}

int load_kernel_ifname(void *user, unsigned int index, char name[16])
{
	_Static_assert(IF_NAMESIZE == 16, "names of devices");
	return if_indextoname(index, name) ? 0 : -errno;
}

static int open_socket(int *out)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), one = 1;

	if (fd < 0)
		return -errno;
	/* Without these the kernel only says less. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	*out = fd;
	return 0;
}

static int send_all(int fd, const void *request, size_t size)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t n = sendto(fd, request, size, 0, (struct sockaddr *)&kernel, sizeof(kernel));

	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

/* Does the acknowledgement lie among the messages of one datagram? */
static bool has_ack(const unsigned char *bytes, size_t size)
{
	struct nlmsghdr h;

	while (size >= sizeof(h)) {
		memcpy(&h, bytes, sizeof(h));
		if (h.nlmsg_type == NLMSG_ERROR)
			return true;
		if (h.nlmsg_len < sizeof(h) || ((h.nlmsg_len + 3) & ~3u) >= size)
			return false;
		bytes += (h.nlmsg_len + 3) & ~3u;
		size -= (h.nlmsg_len + 3) & ~3u;
	}
	return false;
}

static int receive(int fd, unsigned char *reply, size_t room, size_t *used)
{
	size_t at = 0;

	for (;;) {
		ssize_t n = recv(fd, reply + at, room - at, MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n || (size_t)n > room - at)
			return -EMSGSIZE;
		if (has_ack(reply + at, (size_t)n)) {
			*used = at + (size_t)n;
			return 0;
		}
		/* The next datagram's messages go on where these end. */
		at += ((size_t)n + 3) & ~(size_t)3;
		if (at >= room)
			return -EMSGSIZE;
	}
}

int load_kernel_netlink(void *user, const void *request, size_t size, void *reply,
			size_t *reply_size)
{
	int fd = -1, err = open_socket(&fd);

	if (err)
		return err;
	err = send_all(fd, request, size);
	if (!err)
		err = receive(fd, reply, *reply_size, reply_size);
	close(fd);
	return err;
}
