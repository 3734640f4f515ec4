// Words of the dialogs that change chosen transfers.

import { plural } from './plural.ts'

export const enChange = {
  'change.more': (count: number) => plural(count, { one: 'and # more', other: 'and # more' }),
  'change.differs': 'Not the same for all',
  'limits.title': 'Limits',
  'limits.down': 'Download',
  'limits.up': 'Upload',
  'limits.none': 'No limit',
  'limits.hint': 'Such as 2 MB/s, 500 kB/s or 16 Mbit/s. Empty: no limit.',
  'limits.wrong': 'A rate such as 2 MB/s is expected, at least 1 kB/s.',
  'limits.set': 'Set limits',
  'labels.title': 'Category and tags',
  'labels.category': 'Category',
  'labels.tags': 'Tags',
  'labels.newTags': 'New tags',
  'labels.newTagsHint': 'Several divided by commas',
  'labels.set': 'Set',
  'rule.title': 'When to stop giving',
  'rule.means': 'It stops at whichever comes first. With nothing here it gives until you say stop.',
  'rule.ratio': 'After giving this many times its size',
  'rule.time': 'After this long',
  'rule.timeHint': 'Such as 12h, 7d or 2w',
  'rule.copies': 'When this many whole copies are elsewhere',
  'rule.wrongNumber': 'A number is expected.',
  'rule.wrongTime': 'A time such as 12h or 7d is expected.',
  'rule.set': 'Set rule',
  'trackers.title': 'Trackers',
  'trackers.there': 'Trackers they have; without its tick one is removed',
  'trackers.add': 'Add',
  'trackers.addHint': 'One address a line: http://, https:// or udp://',
  'trackers.wrong': (line: string) => `This is no address of a tracker: ${line}`,
  'trackers.tooMany': 'Of so many, trackers can be added here, and that cannot be taken back by Undo.',
  'trackers.set': (added: number, removed: number) => {
    if (removed === 0)
      return added === 0 ? 'Change' : plural(added, { one: 'Add # tracker', other: 'Add # trackers' })
    const gone = plural(removed, { one: 'remove # tracker', other: 'remove # trackers' })
    if (added === 0) return `${gone.charAt(0).toUpperCase()}${gone.slice(1)}`
    return `Add ${added}, ${gone}`
  },
  'removeData.title': 'Remove with files',
  'removeData.files': 'What becomes of the files?',
  'removeData.trash': 'To the trash',
  'removeData.trashMeans': 'Where this computer has one. You can take them out of it.',
  'removeData.delete': 'Delete for good',
  'removeData.deleteMeans': 'This cannot be taken back.',
  'removeData.shares': (count: number) =>
    plural(count, {
      one: '# of them is a share of yours: its files always stay.',
      other: '# of them are shares of yours: their files always stay.',
    }),
  'removeData.do.trash': (size: string) => `Remove, ${size} to the trash`,
  'removeData.do.delete': (size: string) => `Remove and delete ${size}`,
  'rename.title': 'Rename',
  'rename.file': 'Rename file',
  'rename.name': 'Name',
  'rename.shown': 'As it is shown in the list. Files keep their names.',
  'rename.onDisk': 'The file is renamed on disk. Others still get it under its own name.',
  'rename.set': 'Rename',
} as const
