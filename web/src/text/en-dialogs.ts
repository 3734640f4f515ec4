// Words of the dialogs: getting, sharing, choosing on the daemon's computer; and of what they share with views.

import { plural } from './plural.ts'

export const files = (count: number): string => plural(count, { one: '# file', other: '# files' })

export const enDialogs = {
  'files.count': files,
  'files.label': 'Files',
  'files.all': 'All',
  'files.none': 'None',
  'files.kind': (kind: string, count: number, size: string) => `${kindName(kind, count)}, ${size}`,
  'files.kinds': (kinds: readonly { readonly kind: string; readonly count: number }[]) =>
    kinds.map(({ kind, count }) => kindName(kind, count)).join(', '),
  'files.selection': (count: number, of: number, size: string) =>
    count === of ? `${files(of)}, ${size}` : `${count} of ${files(of)}, ${size}`,

  'audience.label': 'Who can get it',
  'audience.me': 'Only me',
  'audience.me.means': 'On this computer. Nobody is told.',
  'audience.link': 'People with the link',
  'audience.link.means':
    'Not listed, not searchable, not announced under its public hash. Whoever has the link can pass it on.',
  'audience.person': 'A person',
  'audience.person.means': 'Only their devices.',
  'audience.circle': 'A circle',
  'audience.circle.means': 'Its members, now and later, until you stop.',
  'audience.whichPerson': 'Which person',
  'audience.whichCircle': 'Which circle',
  'audience.aPerson': 'a person',
  'audience.aCircle': 'a circle',
  'audience.everyone': 'Everyone',
  'audience.everyone.means':
    'Listed, searchable, in any BitTorrent app. Strangers see names and sizes, and your IP address while they fetch.',

  'get.title': 'Get something',
  'get.paste': 'Links, addresses of torrent files, or infohashes',
  'get.pasteHint': 'Paste here. Several are welcome, one a line.',
  'get.openFile': 'Open torrent file…',
  'get.look': 'Look',
  'get.nothingUnderstood':
    'There is no link in this. A magnet link, an address of a torrent file or an infohash is expected.',
  'get.tooLarge': (name: string) => `${name} is larger than a torrent file may be (10 MB). It was not read.`,
  'get.looking': 'Looking what it is…',
  'get.unnamed': 'No name known yet',
  'get.sizeUnknown': 'Its size is known when somebody who has it answers.',
  'get.private': 'Private: only its own trackers are asked.',
  'get.things': 'What to get',
  'get.takeOut': (name: string) => `Leave out ${name}`,
  'get.fact.failed': 'cannot be got',
  'get.fact.here': 'is here already',
  'get.fact.unknown': 'size not known yet',
  'get.here': 'This is among your transfers already.',
  'get.inLibrary': (here: string, all: string, rest: string) =>
    here === all
      ? `All ${all} of it is in your library: nothing has to be fetched.`
      : `${here} of ${all} is in your library, ${rest} to get.`,
  'get.show': 'Show it',
  'get.saveTo': 'Save to',
  'get.choose': 'Choose…',
  'get.chooseTitle': 'Save to which folder?',
  'get.chooseThis': 'Save here',
  'get.category': 'Category',
  'get.noCategory': 'None',
  'get.free': (free: string, after: string) => `${free} free, ${after} after.`,
  'get.freeUnknownSize': (free: string) => `${free} free.`,
  'get.notEnough': (missing: string) => `${missing} short. Choose another folder, or part of it.`,
  'get.hosts': (count: number) =>
    plural(count, {
      one: 'It will contact # host that its link names',
      other: 'It will contact # hosts that its link names',
    }),
  'get.hosts.none.both': 'It names no hosts: others are looked for in the DHT and on this network.',
  'get.hosts.none.dht': 'It names no hosts: others are looked for in the DHT.',
  'get.hosts.none.lan': 'It names no hosts: others are looked for on this network only.',
  'get.hosts.none.nowhere':
    'It names no hosts, and neither the DHT nor this network is asked for it: others are found only if one of them finds you.',
  'get.hosts.means': 'They see your IP address. Untick those that should not.',
  'get.askList': 'Ask for the list of files',
  'get.askingList': 'Asking for the list of files…',
  'get.askingListHelp':
    'Somebody who has it must be online. All of it can be had without waiting for the list.',
  'get.button': 'Get',
  'get.buttonSize': (size: string) => `Get ${size}`,
  'get.buttonMany': (count: number) => plural(count, { one: 'Get # thing', other: 'Get # things' }),
  'get.buttonAllWhenKnown': 'Get all when known',
  'get.nothingChosen': 'No file is chosen.',
  'get.added': (name: string) => `Getting ${name}.`,
  'get.addedMany': (count: number) => plural(count, { one: 'Getting # thing.', other: 'Getting # things.' }),

  'shared.title': 'Shared',
  'shared.hashing': 'Reading it to make the link…',
  'shared.hashingFailed': 'It could not be read. Its row among the transfers says why.',
  'shared.with.link': 'People with this link can get it while Shoal runs here.',
  'shared.with.everyone': 'Everyone can find and get it while Shoal runs here.',
  'shared.link': 'Link',
  'shared.qr': 'Show as QR code',
  'shared.qrLabel': 'QR code of the link',
  'shared.phone': 'Someone on this network without Shoal?',
  'shared.phoneOpen': 'Open this page on their phone',
  'shared.phoneMeans': 'A page from this computer, only to read, until you close it.',
  'shared.phoneAddress': 'Address of the page',
  'shared.phoneQr': 'QR code of the page’s address',
  'shared.phoneClose': 'Close the page',
  'shared.fetched': (count: number) =>
    count === 0
      ? 'Nobody has fetched from it yet.'
      : plural(count, { one: 'Fetched by #.', other: 'Fetched by #.' }),
  'shared.now': (count: number, rate: string) =>
    plural(count, { one: `Giving to # now, ${rate}.`, other: `Giving to # now, ${rate}.` }),
  'shared.copies': (copies: string) => `Copies elsewhere: ${copies}.`,
  'shared.mayLeave.yes': 'You can switch off: others have all of it.',
  'shared.mayLeave.no': 'Stay on: nobody else has all of it.',
  'shared.stop': 'Stop sharing',
  'shared.stopped': (name: string) => `Stopped sharing ${name}. Your files are untouched.`,
  'shared.done': 'Done',
  'shared.another': 'Share something else',

  'folder.title': 'Choose on this computer',
  'folder.path': 'Path',
  'folder.go': 'Open',
  'folder.up': 'Up',
  'folder.places': 'Places',
  'folder.label': 'Contents of this folder',
  'folder.placesLabel': 'Places to begin with',
  'folder.loading': 'Looking…',
  'folder.empty': 'Nothing is in this folder.',
  'folder.cut': 'Only the first 10,000 are shown. Type a path to reach the others.',
  'folder.hidden': 'Show hidden',
  'folder.free': (size: string) => `${size} free`,
  'folder.notWritable': 'Nothing can be saved in this folder.',
  'folder.make': 'New folder…',
  'folder.makeName': 'Name of the new folder',
  'folder.makeDo': 'Make it',
  'folder.takeFolder': (name: string) => `Share the folder ${name}`,
  'folder.refused.HOME': 'Your home folder cannot be shared whole. Choose a folder inside it.',
  'folder.refused.HOME_PARENT': 'It holds your whole home folder. Choose a folder inside that.',
  'folder.refused.DRIVE_ROOT': 'A whole drive cannot be shared. Choose a folder on it.',
  'folder.refused.SYSTEM': 'A folder of the system cannot be shared.',
  'folder.refused.KEYS': 'It holds keys, which must never be shared.',
  'folder.refused.PROFILE': 'It holds the profile of a program, with passwords and mail.',
  'folder.refused.SYNC':
    'A cloud keeps it in step with other devices, with everything in it. Choose a folder inside it.',
  'folder.refused.other': (code: string) => `It cannot be shared (${code}).`,

  'drop.title': 'Drop it',
  'drop.means': 'A torrent file is got; anything else is copied to Shoal/Dropped and can be shared.',
} as const

/** Kinds come from the daemon as words of the field (safety/file-nature.ts). */
function kindName(kind: string, count: number): string {
  return plural(count, KINDS[kind] ?? { one: `# ${kind}`, other: `# ${kind}s` })
}

const KINDS: Readonly<Record<string, { readonly one: string; readonly other: string }>> = {
  audio: { one: '# audio file', other: '# audio files' },
  image: { one: '# picture', other: '# pictures' },
  file: { one: '# other file', other: '# other files' },
}
