// Codes of the ports (src/base/ports.ts) and what they are called when they reach a person. Keys are `Class.CODE`.
// Trouble of a running transfer does not come this way: the engine words it as a StorageProblem.

export const ERROR_ALIASES: Readonly<Record<string, string>> = {
  'DiskError.ENOENT': 'FILE_NOT_FOUND',
  'DiskError.EEXIST': 'FILE_EXISTS',
  'DiskError.EACCES': 'PERMISSION',
  'DiskError.EPERM': 'PERMISSION',
  'DiskError.EROFS': 'READ_ONLY',
  'DiskError.ENOSPC': 'NO_SPACE',
  'DiskError.EDQUOT': 'QUOTA',
  'DiskError.EIO': 'IO_ERROR',
  'DiskError.ENOTDIR': 'NAME_TAKEN',
  'DiskError.EISDIR': 'NAME_TAKEN',
  'DiskError.ENOTEMPTY': 'NAME_TAKEN',
  'DiskError.EMFILE': 'TOO_MANY_OPEN_FILES',
  'DiskError.ENAMETOOLONG': 'NAME_TOO_LONG',
  'DiskError.EFBIG': 'FILE_TOO_BIG',
  'DiskError.ELOOP': 'UNSAFE_PATH',
  'DiskError.ESTALE': 'MISSING_VOLUME',
  'DiskError.ENODEV': 'MISSING_VOLUME',
  'DiskError.EXDEV': 'DISK_FAILED',
  'DiskError.OTHER': 'DISK_FAILED',
  'SocketError.IN_USE': 'PORT_IN_USE',
  'SocketError.DENIED': 'PORT_DENIED',
  'SocketError.REFUSED': 'NETWORK_FAILED',
  'SocketError.UNREACHABLE': 'NETWORK_FAILED',
  'SocketError.TIMEOUT': 'NETWORK_FAILED',
  'SocketError.RESET': 'NETWORK_FAILED',
  'SocketError.CLOSED': 'NETWORK_FAILED',
  'SocketError.OTHER': 'NETWORK_FAILED',
  /** A storage problem without a word of its own, named by its code alone. */
  'GetError.OTHER': 'DISK_FAILED',
}
