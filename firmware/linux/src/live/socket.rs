//! A packet socket on a monitor-mode interface (packet(7)): the only place here that calls the C library itself.

use std::ffi::CString;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use crate::capture::{LinkType, Packet};

/// Octets of a packet that are kept. What is cut off is counted, not read; an MPDU has at most 11,454, and headers
/// and elements lie in front.
const KEPT: usize = 4096;

/// Packets taken from the kernel at once.
const BATCH: usize = 64;

/// The kernel's queue, octets: half a second of 5,000 frames/s of 1,500 octets with the kernel's own overhead.
const QUEUE: libc::c_int = 8 << 20;

/// Octets for the time stamp beside a packet.
const CONTROL: usize = 64;

/// Packets of an interface.
pub struct Socket {
    fd: OwnedFd,
    link: LinkType,
    address: [u8; 6],
    slots: Box<[Slot; BATCH]>,
    drops: u32,
}

#[derive(Clone, Copy)]
struct Slot {
    octets: [u8; KEPT],
    control: Control,
}

/// Aligned as the control message in it.
#[repr(C, align(8))]
#[derive(Clone, Copy)]
struct Control([u8; CONTROL]);

impl Socket {
    /// Opens an interface.
    ///
    /// # Errors
    /// In one line, what is wrong and what to do.
    pub fn open(device: &str) -> Result<Self, String> {
        let index = index_of(device)?;
        // SAFETY: no pointers. Protocol 0: nothing arrives before the socket is bound to its interface.
        let raw = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
        if raw < 0 {
            return Err(not_opened(device, &io::Error::last_os_error()));
        }
        // SAFETY: `raw` has just been opened and belongs to nobody else.
        let fd = unsafe { OwnedFd::from_raw_fd(raw) };
        let (link, address) = kind_of(&fd, device)?;
        set_option(&fd, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)
            .map_err(|error| format!("{device}: the kernel gives no time stamps: {error}"))?;
        // Beyond the system's limit only root may go; less is no reason to stop.
        if set_option(&fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, QUEUE).is_err() {
            let _ = set_option(&fd, libc::SOL_SOCKET, libc::SO_RCVBUF, QUEUE);
        }
        bind(&fd, index).map_err(|error| not_opened(device, &error))?;
        let slot = Slot {
            octets: [0; KEPT],
            control: Control([0; CONTROL]),
        };
        let slots = vec![slot; BATCH]
            .into_boxed_slice()
            .try_into()
            .map_err(|_| "no memory".to_owned())?;
        Ok(Socket {
            fd,
            link,
            address,
            slots,
            drops: 0,
        })
    }

    /// The interface's own address.
    pub fn address(&self) -> [u8; 6] {
        self.address
    }

    /// Waits for packets, at most `longest`, and gives each to `take`.
    ///
    /// # Errors
    /// Where the interface has gone or went down.
    pub fn receive(&mut self, longest: Duration, take: &mut dyn FnMut(&Packet<'_>)) -> io::Result<()> {
        if !self.wait(longest)? {
            return Ok(());
        }
        // SAFETY: all-zero is a valid value of these C structures: null pointers and lengths of 0.
        let mut addresses: [libc::sockaddr_ll; BATCH] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut vectors: [libc::iovec; BATCH] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut messages: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
        for (number, slot) in self.slots.iter_mut().enumerate() {
            vectors[number].iov_base = slot.octets.as_mut_ptr().cast();
            vectors[number].iov_len = KEPT;
            let header = &mut messages[number].msg_hdr;
            header.msg_iov = &mut vectors[number];
            header.msg_iovlen = 1;
            header.msg_name = (&raw mut addresses[number]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
            header.msg_control = slot.control.0.as_mut_ptr().cast();
            header.msg_controllen = CONTROL as _;
        }
        let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
        // SAFETY: every pointer is into `addresses`, `vectors` or `self.slots`, which outlive the call, with the
        // lengths given beside them.
        let count = unsafe {
            libc::recvmmsg(
                self.fd.as_raw_fd(),
                messages.as_mut_ptr(),
                BATCH as _,
                flags as _,
                std::ptr::null_mut(),
            )
        };
        if count < 0 {
            let error = io::Error::last_os_error();
            let later = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted);
            return if later { Ok(()) } else { Err(error) };
        }
        let filled = messages.iter().zip(&addresses).zip(self.slots.iter());
        for ((message, address), slot) in filled.take(count as usize) {
            // What this machine sends itself has not been received.
            if address.sll_pkttype == libc::PACKET_OUTGOING {
                continue;
            }
            let original = message.msg_len;
            take(&Packet {
                time_us: time_of(&message.msg_hdr),
                interface: 0,
                link: self.link,
                original,
                fcs: None,
                fcs_bad: false,
                octets: &slot.octets[..KEPT.min(original as usize)],
            });
        }
        Ok(())
    }

    fn wait(&self, longest: Duration) -> io::Result<bool> {
        let mut poll = libc::pollfd {
            fd: self.fd.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let ms = libc::c_int::try_from(longest.as_millis()).unwrap_or(libc::c_int::MAX);
        // SAFETY: one structure, which outlives the call.
        let ready = unsafe { libc::poll(&mut poll, 1, ms) };
        if ready >= 0 {
            return Ok(ready > 0);
        }
        match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(false),
            error => Err(error),
        }
    }

    /// Packets that the kernel had no room for since the socket was opened.
    pub fn drops(&mut self) -> u32 {
        // SAFETY: all-zero is a valid value.
        let mut statistics: libc::tpacket_stats = unsafe { mem::zeroed() };
        let mut length = size_of::<libc::tpacket_stats>() as libc::socklen_t;
        // SAFETY: the pointer and the length are those of `statistics`.
        let result = unsafe {
            let into = (&raw mut statistics).cast();
            libc::getsockopt(
                self.fd.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                into,
                &mut length,
            )
        };
        // Reading sets the kernel's counter to zero.
        if result == 0 {
            self.drops = self.drops.wrapping_add(statistics.tp_drops);
        }
        self.drops
    }
}

fn index_of(device: &str) -> Result<libc::c_int, String> {
    let name = CString::new(device).map_err(|_| "an interface name has no zero octet".to_owned())?;
    // SAFETY: `name` is a C string that outlives the call.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => Err(format!(
            "there is no interface {device}; `ip link` lists those there are"
        )),
        index => Ok(index as libc::c_int),
    }
}

fn not_opened(device: &str, error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::EPERM | libc::EACCES) => format!(
            "{device}: listening needs root or CAP_NET_RAW; run it with sudo, or once: \
             sudo setcap cap_net_raw,cap_net_admin+ep airwarden-node"
        ),
        Some(libc::ENETDOWN) => format!("{device} is down; `ip link set {device} up` brings it up"),
        _ => format!("{device}: {error}"),
    }
}

/// What packets of the interface begin with, and its address.
fn kind_of(fd: &OwnedFd, device: &str) -> Result<(LinkType, [u8; 6]), String> {
    // SAFETY: all-zero is a valid value.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().take(libc::IFNAMSIZ - 1).zip(device.bytes()) {
        *to = from as libc::c_char;
    }
    // SAFETY: SIOCGIFHWADDR reads the name in `request` and writes its address into it.
    if unsafe { libc::ioctl(fd.as_raw_fd(), libc::SIOCGIFHWADDR as _, &raw mut request) } < 0 {
        return Err(not_opened(device, &io::Error::last_os_error()));
    }
    // SAFETY: SIOCGIFHWADDR has filled this member of the union.
    let address = unsafe { request.ifr_ifru.ifru_hwaddr };
    let link = match address.sa_family {
        801 => LinkType::Ieee80211,
        802 => LinkType::Prism,
        803 => LinkType::Radiotap,
        _ => {
            return Err(format!(
                "{device} is not in monitor mode; with root: ip link set {device} down; iw dev {device} set type \
                 monitor; ip link set {device} up"
            ));
        }
    };
    let mut octets = [0; 6];
    for (to, from) in octets.iter_mut().zip(address.sa_data) {
        *to = from as u8;
    }
    Ok((link, octets))
}

fn set_option(fd: &OwnedFd, level: libc::c_int, option: libc::c_int, value: libc::c_int) -> io::Result<()> {
    let length = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the pointer and the length are those of `value`.
    let result = unsafe { libc::setsockopt(fd.as_raw_fd(), level, option, (&raw const value).cast(), length) };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn bind(fd: &OwnedFd, index: libc::c_int) -> io::Result<()> {
    // SAFETY: all-zero is a valid value.
    let mut address: libc::sockaddr_ll = unsafe { mem::zeroed() };
    address.sll_family = libc::AF_PACKET as _;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    address.sll_ifindex = index;
    let length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: the pointer and the length are those of `address`.
    let result = unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), length) };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// When the kernel got the packet, µs since 1970; now where it does not say.
fn time_of(header: &libc::msghdr) -> u64 {
    // SAFETY: the kernel has filled the control buffer of `header` and set its length.
    let first = unsafe { libc::CMSG_FIRSTHDR(header) };
    // SAFETY: `first` is null or points to a control message in that buffer, which is aligned for it.
    if let Some(message) = unsafe { first.as_ref() }
        && message.cmsg_level == libc::SOL_SOCKET
        && message.cmsg_type == libc::SCM_TIMESTAMPNS
    {
        // SAFETY: a message of this type carries a timespec; it may lie unaligned.
        let time: libc::timespec = unsafe { std::ptr::read_unaligned(libc::CMSG_DATA(first).cast()) };
        return time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1_000;
    }
    crate::clock::unix_us()
}
