import type { Command, Flag } from "./command.ts";

const HOME: Flag = {
  name: "home",
  value: "SSID|BSSID",
  multiple: true,
  help: "your network, by name or by the address of one access point",
};

const DATA: Flag = {
  name: "data",
  value: "DIR",
  help: "folder that keeps devices, incidents and node keys",
  fallback: "~/.local/share/airwarden",
  environment: "AIRWARDEN_DATA",
};

const LOG: Flag = {
  name: "log",
  value: "LEVEL",
  help: "error, warn, info or debug",
  fallback: "info",
  environment: "AIRWARDEN_LOG",
};

export const SERVE: Command = {
  name: "serve",
  summary: "Run the hub: listen to nodes, learn, detect, alert, show the page.",
  positional: {
    name: "FILE",
    help: "further files for --capture",
    min: 0,
    max: Number.POSITIVE_INFINITY,
  },
  flags: [
    {
      name: "demo",
      help: "play a simulated home instead of listening; keeps nothing unless --data is given",
    },
    {
      name: "capture",
      value: "FILE",
      multiple: true,
      help: "play a capture file at the speed it was taken, on its own clock, instead of listening",
    },
    { name: "speed", value: "N", help: "play --capture N times faster", fallback: "1" },
    DATA,
    { name: "port", value: "N", help: "port of the page", fallback: "8099", environment: "AIRWARDEN_PORT" },
    {
      name: "host",
      value: "ADDR",
      help: "address to listen on, for the page and for nodes; 0.0.0.0 for the whole network",
      fallback: "127.0.0.1, this machine only",
      environment: "AIRWARDEN_HOST",
    },
    {
      name: "mqtt",
      value: "URL",
      help: "broker that Home Assistant uses: mqtt://user:password@host:1883",
      fallback: "no MQTT",
      environment: "AIRWARDEN_MQTT",
    },
    {
      name: "assistant",
      value: "URL",
      help: "Home Assistant whose names and rooms of devices are used; its token in AIRWARDEN_HA_TOKEN",
      fallback: "none",
      environment: "AIRWARDEN_HA_URL",
    },
    {
      name: "serial",
      value: "PATH",
      multiple: true,
      help: "serial port of a node; auto: nodes with Espressif's own USB port; none: no serial port",
      fallback: "auto",
      environment: "AIRWARDEN_SERIAL, paths separated by commas",
    },
    {
      name: "udp",
      value: "PORT",
      help: "UDP port for nodes that report over Wi-Fi, usually 4729",
      fallback: "none",
      environment: "AIRWARDEN_UDP",
    },
    { ...HOME, environment: "AIRWARDEN_HOME, one a line", fallback: "learned from what is heard" },
    LOG,
  ],
  notes: [
    "Stop it with Ctrl-C. Inside the Home Assistant app the same settings come from the app's configuration.",
  ],
  examples: [
    { line: "airwarden serve --demo", what: "a simulated flat with attackers, on http://127.0.0.1:8099/" },
    {
      line: "airwarden serve --host 0.0.0.0 --udp 4729 --mqtt mqtt://airwarden:secret@192.168.1.10",
      what: "for the whole network, reporting to Home Assistant's broker",
    },
    { line: "airwarden serve --serial /dev/ttyUSB0 --home MyNetwork", what: "one node on a USB cable" },
  ],
};

export const REPLAY: Command = {
  name: "replay",
  summary: "Play captures or node recordings through the hub as if heard live, as fast as possible.",
  positional: {
    name: "FILE",
    help: "capture (pcap, pcapng, gzip of either) or node recording (.awr)",
    min: 0,
    max: Number.POSITIVE_INFINITY,
  },
  flags: [
    {
      name: "node",
      value: "NAME=FILE",
      multiple: true,
      help: "a file and the node that took it; several are nodes that listened at the same time",
    },
    { ...HOME, fallback: "every network counts as home for attacks" },
    {
      name: "state",
      value: "DIR",
      help: "go on from this data folder and keep what is found there",
      fallback: "nothing is kept",
    },
    { name: "json", help: "JSON lines, as documented in hub/SCHEMA.md (the default)" },
    { name: "table", help: "aligned tables for people" },
    { name: "frames", help: "tab-separated values, one line a frame, instead of incidents and devices" },
    { ...LOG, fallback: "warn" },
  ],
  notes: [
    "Time is the captures' own. Files that do not overlap in time are played one after another, those that do side by side. An incident is a line when it is raised and, with the same id, when it is resolved; devices, access points and one summary follow at the end.",
    "The columns of --frames: seconds since the epoch, type and subtype as one number (8 beacon, 29 ACK), transmitter, receiver, octets, how it was sent, airtime in microseconds; what is unknown is empty.",
  ],
  examples: [
    { line: "airwarden replay --home MyNetwork evening.pcapng", what: "incidents and devices as JSON lines" },
    { line: "airwarden replay --table evening.pcapng.gz", what: "the same for reading" },
    {
      line: "airwarden replay --node kitchen=k.pcap --node attic=a.pcap",
      what: "two nodes that listened at the same time",
    },
    {
      line: "airwarden replay --frames evening.pcap | cut -f 3 | sort | uniq -c",
      what: "how many frames each transmitter sent",
    },
  ],
};

export const NODE_ADD: Command = {
  name: "node add",
  summary: "Make a key for a node that reports over Wi-Fi, and show it once.",
  positional: { name: "NAME", help: "what you call it: kitchen", min: 1, max: 1 },
  flags: [
    {
      name: "mac",
      value: "ADDR",
      help: "the node's MAC address, as printed on the board or by the flasher",
      fallback: "that of the first node that has the key",
    },
    DATA,
  ],
  examples: [{ line: "airwarden node add kitchen", what: "then give the key to the node, as it tells you" }],
};

export const NODE_PROVISION: Command = {
  name: "node provision",
  summary: "Tell a node on a USB cable its network, hub, name and a fresh key.",
  flags: [
    { name: "serial", value: "PATH", help: "the node's port; ls /dev/serial/by-id shows them" },
    {
      name: "wifi",
      value: "SSID",
      help: "network that it joins; its password is asked for, or taken from AIRWARDEN_WIFI_PASSWORD",
      fallback: "it reports over the cable",
    },
    {
      name: "hub",
      value: "HOST:PORT",
      help: "where it reports to, as the node sees it; the port is 4729 unless given",
    },
    { name: "name", value: "NAME", help: "what you call it: kitchen" },
    { name: "country", value: "CC", help: "where it is, such as DE: which channels it may use" },
    DATA,
  ],
  notes: [
    "A running hub lets go of no port: stop it first, or give it --serial none. It learns the new key by itself.",
  ],
  examples: [
    {
      line: "airwarden node provision --serial /dev/ttyACM0 --wifi Home --hub 192.168.1.20:4729 --name kitchen",
      what: "asks for the password of Home; the node restarts and reports to the hub",
    },
    {
      line: "airwarden node provision --serial /dev/ttyACM0 --name kitchen",
      what: "a name for a node on a cable",
    },
  ],
};

export const NODE_LIST: Command = {
  name: "node list",
  summary: "List the nodes that have a key.",
  flags: [DATA, { name: "json", help: "one JSON object a line" }],
  examples: [{ line: "airwarden node list", what: "names, addresses, when each was last heard" }],
};

export const NODE_REMOVE: Command = {
  name: "node remove",
  summary: "Forget a node's key: the hub stops hearing it.",
  positional: { name: "NAME", help: "name or MAC address", min: 1, max: 1 },
  flags: [DATA],
  examples: [{ line: "airwarden node remove kitchen", what: "its datagrams are refused from now on" }],
};

export const BACKUP: Command = {
  name: "backup",
  summary: "Write a consistent copy of the hub's data, also while the hub runs.",
  positional: {
    name: "FILE",
    help: "where to; default: airwarden.backup in the data folder",
    min: 0,
    max: 1,
  },
  flags: [
    DATA,
    {
      name: "exit-zero",
      help: "end with 0 also where the copy cannot be made, and have the page say so: for backups of Home Assistant",
    },
  ],
  notes: [
    "A hub that finds airwarden.backup in a data folder without airwarden.db goes on from it. The copy holds the keys of your nodes: keep it to yourself.",
  ],
  examples: [{ line: "airwarden backup /mnt/usb/airwarden.backup", what: "a copy on a stick" }],
};

export const LOG_COMMAND: Command = {
  name: "log",
  summary: "Print who was on your network and who talked to whom, as JSON lines.",
  flags: [DATA, { name: "follow", help: "go on with what comes, until Ctrl-C" }],
  notes: [
    "The hub keeps this log in its data folder, 32 MB at most, of the devices of your home only; its lines are documented in hub/SCHEMA.md. Joins and ends are in it within a minute, traffic every quarter of an hour.",
  ],
  examples: [
    {
      line: `airwarden log | jq 'select(.type == "association" and .change == "ended")'`,
      what: "who left, when and why",
    },
    { line: "airwarden log --follow", what: "what happens from now on" },
  ],
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  SERVE,
  REPLAY,
  LOG_COMMAND,
  NODE_ADD,
  NODE_LIST,
  NODE_REMOVE,
  NODE_PROVISION,
  BACKUP,
];
