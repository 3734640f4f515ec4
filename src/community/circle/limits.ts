// Bounds of circles, each with its reason. All of them hold on every device alike: what one refuses, all refuse.

/** Persons that are in at once: one frame holds the keys of an epoch for them. */
export const MAX_MEMBERS = 500
/** Devices that are in at once: an epoch operation has some 150 bytes for each, and at most MAX_EPOCH_BYTES. */
export const MAX_DEVICES = 1_600
/** Of one person in one circle: a phone, a laptop, a few machines at home. */
export const MAX_DEVICES_PER_PERSON = 8
/** COMMUNITY.md. */
export const MAX_OPERATION_BYTES = 64 * 1024
export const MAX_EPOCH_BYTES = 256 * 1024
/** Given in one operation: 170 bytes each, so that 64 KiB hold them. */
export const MAX_SHARES = 256
/** Branches that an operation joins; with more of them the next one joins the rest. */
export const MAX_PARENTS = 16
/** Years of a busy circle of 500: the pasts of as many take 25 MB. */
export const MAX_OPERATIONS = 20_000
/** So that no device can use up the circle's own limit alone. */
export const MAX_OPERATIONS_PER_DEVICE = 10_000
/** All operations of a circle together: what a member that floods can make the others store. */
export const MAX_LOG_BYTES = 256 * 1024 * 1024
/** Of one device: whoever lets in and puts out in a circle of 500 writes 85 KB each time. */
export const MAX_LOG_BYTES_PER_DEVICE = 192 * 1024 * 1024
/** As CircleRoutes: NewInvite. */
export const MAX_INVITE_USES = 500
export const MAX_INVITE_SECONDS = 30 * 86_400
/** A circle that has more live ones than this is asked to take some back. */
export const MAX_LIVE_INVITES = 64
/** people.md. */
export const MAX_CIRCLES = 64
/** Seconds since 1970 until the year 9999: what a date may say. */
export const MAX_SECONDS = 253_402_300_799
/** Of those the last for moderators: whoever fills the log is put out all the same, and the circle gets its new keys. */
export const KEPT_OPERATIONS = 2_000
export const KEPT_LOG_BYTES = 32 * 1024 * 1024
/** Every device a person had in a circle, those that are out, too: each one that comes or goes is an epoch for everybody. */
export const MAX_DEVICES_EVER = 4 * MAX_DEVICES_PER_PERSON
export const MAX_PINS = MAX_DEVICES_EVER
/** By one invite: who left so often needs a newer one, since each coming and going is an epoch for everybody. */
export const MAX_LEAVES = 4
