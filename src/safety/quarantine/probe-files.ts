// What a scanner is asked before it is believed: the test file that every scanner is to find, and an archive in an archive in an
// archive …, too deep for all. Both are harmless; the first is put together here, so that no scanner finds it in this file.

import { crc32 } from 'node:zlib'

/** The standard test file of the European Institute for Computer Antivirus Research. */
export function testFile(): Uint8Array {
  const halves = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*']
  return Buffer.from(halves.join(''), 'latin1')
}

/** ClamAV goes 17 deep unless told otherwise. */
const DEEP = 25

export function deepArchive(): Uint8Array {
  let inner: Uint8Array = Buffer.from('Nothing is here.')
  for (let depth = 0; depth < DEEP; depth++) inner = stored('a.zip', inner)
  return inner
}

/** A zip with one file in it, as it is. */
function stored(name: string, bytes: Uint8Array): Uint8Array {
  const common = Buffer.alloc(26)
  common.writeUInt16LE(10, 0)
  common.writeUInt32LE(crc32(bytes), 10)
  common.writeUInt32LE(bytes.length, 14)
  common.writeUInt32LE(bytes.length, 18)
  common.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), bytes])
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02\x0a\0'),
    common,
    Buffer.alloc(14),
    Buffer.from(name),
  ])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}
