/** How a change of a connection is told: it came, or it is gone. */
export type NoticeLevel = "info" | "warn";
