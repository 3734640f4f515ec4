// Words of the share dialog: who, what allows it, and what must be looked at before.

import { files } from './en-dialogs.ts'
import { LOCALE, plural } from './plural.ts'

export const enShare = {
  'share.title.path': 'Share something',
  'share.title.share': 'Share with everyone',
  'share.title.folder': 'Share a library folder',
  'share.title.proposals': 'New files of a folder',
  'share.next': 'Go on',
  'share.fromBrowser': 'Copy from this browser…',
  'share.dropHint':
    'Or drop a file on the page: a browser does not say where it lies, so it is copied into Shoal’s own folder first.',
  'share.copying': (name: string) => `Copying ${name} to Shoal/Dropped…`,
  'share.copiedTo': (path: string) => `Copied to ${path}. The original was not touched.`,
  'share.tooLarge': (name: string) =>
    `${name} is larger than 2 GB, too much to copy through a browser. Choose it where it lies instead.`,
  'share.folderDropped': (name: string) =>
    `${name} is a folder, which a browser does not hand over whole. Choose it where it lies instead.`,
  'share.surveying': 'Counting files…',
  'share.review': 'What others will see',
  'share.summary': (count: number, size: string, kinds: string) =>
    kinds === '' ? `${files(count)}, ${size}.` : `${files(count)}, ${size}: ${kinds}.`,
  'share.rest': (count: number, size: string) =>
    count === 0
      ? 'All of it stays with you.'
      : `The rest stays with you: ${files(count)}, ${size} are shared.`,
  'share.looking': 'Looking inside the files',
  'share.lookedAt': (done: number, of: number) =>
    `${done.toLocaleString(LOCALE)} of ${of.toLocaleString(LOCALE)} looked into`,
  'share.proposalsFor.link': 'People with the link will get these too.',
  'share.proposalsFor.named': (name: string) => `${name} will get these too.`,
  'share.proposalsFor.everyone': 'Everyone will get these too, under the same licence.',
  'share.why.open': (open: number) =>
    plural(open, {
      one: 'Nothing is shared yet: # thing looks private and waits for your answer.',
      other: 'Nothing is shared yet: # things look private and wait for your answer.',
    }),
  'share.why.go': 'Look at them',
  'share.why.licence': (_open: number) => 'Nothing is shared yet: say what lets you share it with everyone.',
  'share.why.looking': (_open: number) => 'Nothing is shared yet: the files are still being looked into.',
  'share.why.wrong': (_open: number) => 'Something under “More” cannot be used as it is.',
  'share.why.nothing': (_open: number) => 'Nothing is left to share.',
  'share.why.failed': (_open: number) => 'Nothing is shared: it could not be looked into.',
  'share.torrent': 'A torrent file: what it describes is shared, from beside it.',
  'share.listCut': (more: number) => `${files(more)} more are not listed here, and are shared too.`,
  'share.leftOut': (count: number) =>
    plural(count, { one: '# thing is left out', other: '# things are left out' }),
  'share.leftOut.means': 'Links, special files, and names that are no text cannot be shared.',
  'share.leaveOutHint': 'Untick what should stay with you.',
  'share.widening': (count: number) =>
    `Everyone, also strangers, will see names and sizes of ${plural(count, { one: 'this # file', other: 'these # files' })}, and your IP address while they fetch.`,
  'share.button.link': (count: number) => `Share ${files(count)} with people who have the link`,
  'share.button.everyone': (count: number) => `Share ${files(count)} with everyone`,
  'share.button.named': (count: number, name: string) => `Share ${files(count)} with ${name}`,
  'share.honestNamed': 'Whoever fetched it keeps it, also when you stop.',
  'share.honest':
    'Whoever fetched it can pass it on, and another app that opens the link may announce it by itself.',
  'share.more': 'More',
  'share.more.name': 'Name',
  'share.more.nameHint': 'as others see it; empty: its own',
  'share.more.stop': 'Stop after',
  'share.more.stop.never': 'never',
  'share.more.stop.copy': '1 copy is elsewhere',
  'share.more.stop.week': '7 days',
  'share.more.stop.date': 'a date',
  'share.more.stopDate': 'The last day',
  'share.more.upLimit': 'Upload limit',
  'share.more.upLimitHint': 'such as 2 MB/s or 16mbit; empty: none',
  'share.more.format': 'Format',
  'share.more.format.hybrid': 'v1 and v2: every app can get it',
  'share.more.format.v1': 'v1 only: for very old apps',
  'share.more.format.v2': 'v2 only: for new apps',
  'share.more.trackers': 'Trackers',
  'share.more.trackersHint': 'one address a line; none are needed',
  'share.more.comment': 'Comment',
  'share.wrong.rate': 'A rate such as 2 MB/s is expected, at least 1 kB/s.',
  'share.wrong.date': 'A day that is not over is expected.',

  'licence.label': 'What lets you share it with everyone',
  'licence.own-work': 'It is my own work',
  'licence.open': 'It has an open licence',
  'licence.permission': 'I have permission',
  'licence.not-sure': 'I am not sure',
  'licence.not-sure.means': 'Then it goes to people with the link only.',
  'licence.which': 'Which licence',
  'licence.pick': 'Choose…',
  'licence.publisher': 'Publisher (if you like)',
  'licence.publisherHint': 'Everyone sees this name and can search for it. Empty: no name.',

  'look.first': (open: number) => `Look at these first (${open.toLocaleString(LOCALE)})`,
  'look.answered': (count: number) =>
    plural(count, { one: 'Looked private: you answered it', other: 'Looked private: you answered all #' }),
  'look.means':
    'They look private. Say for each, or for all of a kind, whether it is shared. Files themselves stay as they are.',
  'look.meansWhole':
    'They look private. It is shared already as a whole; to leave something out, stop sharing it and share it anew.',
  'look.leaveAllOut': (open: number) => `Leave all ${open.toLocaleString(LOCALE)} out`,
  'look.count': (count: number, open: number) =>
    open === 0
      ? `${count.toLocaleString(LOCALE)}, answered`
      : `${count.toLocaleString(LOCALE)}, ${open.toLocaleString(LOCALE)} open`,
  'look.all': (kind: string) => `All: ${kind}`,
  'look.oneByOne': 'One by one',
  'look.unlisted': (count: number) => `${files(count)} more are answered with all of their kind, above.`,
  'look.leave-out': 'Leave out',
  'look.share': 'Share anyway',
  'look.without-place': 'Share a copy without place',
  'look.leave-out.all': (count: number) => `Leave out all ${count.toLocaleString(LOCALE)}`,
  'look.share.all': (count: number) => `Share all ${count.toLocaleString(LOCALE)} anyway`,
  'look.without-place.all': (count: number) =>
    `Share copies of all ${count.toLocaleString(LOCALE)} without place`,
  'look.suggested': 'suggested',
  'look.show': 'Show',
  'look.hide': 'Hide',
  'look.showOf': (name: string) => `Show what was found in ${name}`,
  'look.hideOf': (name: string) => `Hide what was found in ${name}`,
  'look.covered': 'It is left out already.',
  'look.remembered': 'As you answered before; it has not changed since.',
  'look.path': 'Where',
  'look.size': 'Size',
  'look.seen': 'Found',
  'look.seenNothing': 'No part of it is shown.',
} as const
