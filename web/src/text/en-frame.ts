// Words of the frame: navigation, the box, the footer, toasts, what is said when there is no session or no answer.

import { plural } from './plural.ts'

export const enFrame = {
  'app.name': 'Shoal',
  'app.skip': 'Skip to the view',
  'nav.label': 'Views',
  'nav.transfers': 'Transfers',
  'nav.library': 'Library',
  'nav.search': 'Search',
  'nav.network': 'Network',
  'nav.settings': 'Settings',
  'nav.add': 'Get or share',

  'unknown.title': 'There is nothing at this address',
  'unknown.help': 'It may be cut off, or of another version of Shoal. What you get and give is under',

  'box.label': 'Paste a link, or search',
  'box.getLink': (what: string) => `Enter: get ${what}`,
  'box.magnet': 'what this magnet link names',
  'box.torrent': 'the torrent file at this address',
  'box.infohash': 'what this infohash names',
  'box.filter': (count: number) =>
    count === 0
      ? 'No transfer fits'
      : plural(count, { one: '# transfer fits. Enter: show it', other: '# transfers fit. Enter: show them' }),
  'box.orSearch': ' · Ctrl Enter: search everything that is here',
  'box.searchInstead': 'No transfer fits. Enter: search everything that is here',
  'box.search': 'Enter: search everything that is here',
  'box.mistake': (term: string, expected: string) => `“${term}” is not understood: ${expected}`,
  'box.expected.state': 'a state such as getting, giving, paused or error is expected',
  'box.expected.size': 'a size such as >10G or 1G..4G is expected',
  'box.expected.number': 'a number such as <1 is expected',
  'box.expected.value': 'something after the colon is expected',
  'box.nothing': 'A magnet link, the address of a torrent file, an infohash, or words to find',
  'box.damagedLink': 'This looks like a link, and its hash is not whole. Copy it again, all of it.',

  'action.get': 'Get…',
  'action.share': 'Share…',
  'action.close': 'Close',
  'action.cancel': 'Cancel',
  'action.undo': 'Undo',
  'action.look': 'Look',
  'action.back': 'Back',
  'action.copy': 'Copy',
  'action.copied': 'Copied',
  'action.tryAgain': 'Try again',
  'action.dismiss': 'Dismiss',

  'footer.down': (rate: string) => `${rate} coming in`,
  'footer.up': (rate: string) => `${rate} going out`,
  'footer.reach.yes': 'Others can reach you',
  'footer.reach.no': 'Others cannot reach you',
  'footer.reach.unknown': 'Reach not known yet',
  'footer.sharing.none': 'Sharing nothing',
  'footer.sharing.link': (count: number) =>
    plural(count, { one: 'Sharing # thing by link', other: 'Sharing # things by link' }),
  'footer.sharing.everyone': (count: number) =>
    plural(count, { one: 'Sharing # thing with everyone', other: 'Sharing # things with everyone' }),
  'footer.sharing.both': (link: number, everyone: number) =>
    `Sharing ${link} by link, ${everyone} with everyone`,
  'footer.pauseAll': 'Pause all',
  'footer.pause.hour': 'For an hour',
  'footer.pause.tomorrow': 'Until tomorrow',
  'footer.pause.told': 'Until I say',
  'footer.stopSharing': 'Stop all sharing',
  'footer.resumeAll': 'Go on',
  'footer.paused.told': 'Everything is paused',
  'footer.paused.until': (when: string) => `Everything is paused until ${when}`,
  'footer.slow': 'Slower limits are on',

  'toast.label': 'Messages',
  'toast.pausedAll': 'Everything is paused.',
  'toast.resumedAll': 'Everything goes on.',
  'toast.stoppedNone': 'Nothing was shared.',
  'toast.stopped': (count: number, names: string) =>
    plural(count, {
      one: `Stopped sharing ${names}. Nobody gets it from you any more; the file stays.`,
      other: `Stopped sharing # things: ${names}. Nobody gets them from you any more; the files stay.`,
    }),
  'toast.stoppedFolders': (count: number, names: string) =>
    plural(count, {
      one: `The library folder ${names} is only yours again.`,
      other: `# library folders are only yours again: ${names}.`,
    }),
  'toast.andMore': (names: string, more: number) => `${names} and ${more} more`,
  'toast.failed': (what: string, why: string) => `${what}: ${why}`,
  'toast.doesNotAnswer': 'Shoal did not answer. Nothing was changed.',

  'title.share': (percent: number) => `${percent} %`,
  'title.needsYou': (count: number) => plural(count, { one: '# needs you', other: '# need you' }),
  'arrived.one': (name: string) => `${name} has arrived.`,
  'arrived.many': (count: number) =>
    plural(count, { one: '# transfer has arrived.', other: '# transfers have arrived.' }),
  'failed.one': (name: string) => `${name} needs you.`,
  'failed.many': (count: number) =>
    plural(count, { one: '# transfer needs you.', other: '# transfers need you.' }),

  'lost.title': (when: string) => `Shoal is not answering since ${when}. Trying again.`,
  'lost.help': 'If it was ended, start it with',
  'lost.helpAfter': 'No data is lost.',
  'lost.command': 'shoal start',
  'session.title': 'This page needs a link from your computer',
  'session.before': 'Run',
  'session.command': 'shoal page',
  'session.after': 'on the computer where Shoal runs, and open the link it prints.',
  'starting.label': 'Asking Shoal…',
  'broken.title': 'This part of the page made a mistake',
  'broken.text': 'Your transfers go on and your files are untouched. The rest of the page still works.',
  'broken.details': 'What it said',

  'keys.title': 'Keys',
  'keys.letters': 'Single letters are keys',
  'keys.group.everywhere': 'Everywhere',
  'keys.group.list': 'In the list',
  'keys.box': 'To the box',
  'keys.goTransfers': 'Transfers',
  'keys.goLibrary': 'Library',
  'keys.goSearch': 'Search',
  'keys.goNetwork': 'Network',
  'keys.goSettings': 'Settings',
  'keys.help': 'This list',
  'keys.undo': 'Undo what was last done, while its message is there',
  'keys.next': 'Next and previous',
  'keys.select': 'Select',
  'keys.selectRange': 'Select up to here',
  'keys.selectAll': 'Select all that are shown',
  'keys.details': 'Details',
  'keys.pause': 'Pause or go on',
  'keys.remove': 'Remove',
  'keys.menu': 'Menu of the row',
  'keys.escape': 'Close details, or select nothing',

  'foreign.hidden': (code: string) => `hidden character ${code}`,
  'moment.never': 'never',
} as const
