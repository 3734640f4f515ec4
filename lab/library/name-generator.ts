// A library's worth of names as people have them: music, series, photos, books, papers and sources, in a dozen languages
// and deep trees. The same seed gives the same names. Every name holds `archive`, and every path `shared media`: the
// worst words to search for.

import type { WalkedFile } from '../../src/library/file-record.ts'

const LANGUAGES: readonly (readonly string[])[] = [
  'the of light river night summer dance blue train morning song house road water fire dream city garden winter heart storm letter mountain silver old last first long way home story time world love little king queen shadow'.split(
    ' ',
  ),
  'der die das Straße Größe Übung Fluss Nacht Sommer Tanz Zug Morgen Lied Haus Wasser Feuer Traum Stadt Garten Winter Herz Sturm Brief Berg Silber alt letzte Geschichte Zeit Welt Liebe'.split(
    ' ',
  ),
  'le la été forêt rivière nuit danse bleu matin chanson maison eau feu rêve ville jardin hiver cœur tempête lettre montagne argent histoire temps monde amour'.split(
    ' ',
  ),
  'el río noche verano baile azul tren mañana canción casa agua fuego sueño ciudad jardín invierno corazón tormenta carta montaña plata historia tiempo mundo amor'.split(
    ' ',
  ),
  'река ночь лето танец синий поезд утро песня дом вода огонь мечта город сад зима сердце буря письмо гора серебро история время мир любовь'.split(
    ' ',
  ),
  'ποτάμι νύχτα καλοκαίρι χορός τρένο πρωί τραγούδι σπίτι νερό φωτιά όνειρο πόλη κήπος χειμώνας καρδιά'.split(
    ' ',
  ),
  'نهر ليل صيف رقص أزرق قطار صباح أغنية بيت ماء نار حلم مدينة حديقة شتاء قلب'.split(' '),
  'नदी रात गर्मी नृत्य नीला रेल सुबह गीत घर पानी आग सपना शहर बाग सर्दी दिल'.split(' '),
  '東京物語 夏の夜 青い電車 朝の歌 水の家 夢の街 冬の庭 心の嵐 手紙 銀の山 時間 世界 愛の歴史 ラブレター ともだち'.split(
    ' ',
  ),
  '春江花月夜 夏天的舞蹈 蓝色列车 早晨之歌 水与火 梦想城市 花园 冬天的心 暴风雨 山中来信 历史 时间 世界'.split(
    ' ',
  ),
  '여름밤 파란기차 아침노래 물과불 꿈의도시 정원 겨울마음 폭풍 편지 은산 역사 시간 세계'.split(' '),
  'แม่น้ำ กลางคืน ฤดูร้อน เต้นรำ รถไฟ ตอนเช้า เพลง บ้าน น้ำ ไฟ ความฝัน เมือง สวน หัวใจ'.split(' '),
]

/** Names of people and places, bands and projects: what makes most words of a library rare. */
const SYLLABLES =
  'ka ro mi ten sol var ney li dor ash bel quin tho mar es ven ul pra gon fi wey jor sta zel'.split(' ')

export class NameGenerator {
  #state: number
  readonly #proper: string[] = []
  #number = 0

  constructor(seed: number) {
    this.#state = seed >>> 0
    for (let index = 0; index < 60_000; index++) {
      const word = Array.from({ length: 2 + this.#below(3) }, () => this.#of(SYLLABLES)).join('')
      this.#proper.push(word.charAt(0).toUpperCase() + word.slice(1))
    }
  }

  /** The next files of one directory after the other. */
  *files(count: number): Generator<WalkedFile> {
    let made = 0
    while (made < count) {
      const { directory, names } = this.#directory()
      for (const { name, lengthBytes } of names) {
        if (made++ >= count) return
        const modifiedMs = 1_100_000_000_000 + this.#unit() * 620_000_000_000
        yield { path: `${directory}/${name}`, lengthBytes, modifiedMs, inode: String(++this.#number) }
      }
    }
  }

  #directory(): { directory: string; names: { name: string; lengthBytes: number }[] } {
    const unique = (this.#number + 1).toString(36)
    const words = (most: number): string => this.#words(1 + this.#below(most))
    switch (this.#below(6)) {
      case 0: {
        const [artist, album] = [`${this.#of(this.#proper)} ${this.#of(this.#proper)}`, words(3)]
        const directory = `Music/${artist}/${1960 + this.#below(65)} - ${album} ${unique}`
        return {
          directory,
          names: this.#several(8 + this.#below(10), (index) => [
            `${String(index + 1).padStart(2, '0')} - ${words(4)}`,
            this.#below(2) ? 'flac' : 'mp3',
            3e6,
            4e7,
          ]),
        }
      }
      case 1: {
        const [show, season, group] = [
          this.#words(2).replaceAll(' ', '.'),
          1 + this.#below(9),
          this.#of(this.#proper),
        ]
        const directory = `Series/${show} ${unique}/Season ${season}`
        return {
          directory,
          names: this.#several(10, (index) => [
            `${show}.S0${season}E${String(index + 1).padStart(2, '0')}.${words(2).replaceAll(' ', '.')}.1080p.x264-${group}`,
            'mkv',
            3e8,
            4e9,
          ]),
        }
      }
      case 2: {
        const year = 2004 + this.#below(22)
        const directory = `Photos/${year}/${year}-${String(1 + this.#below(12)).padStart(2, '0')} ${words(2)} ${unique}`
        const camera = this.#of(['IMG_', 'DSC0', 'PXL_', 'P10'])
        const first = this.#below(9_000)
        return {
          directory,
          names: this.#several(40 + this.#below(80), (index) => [
            `${camera}${1_000 + first + index}`,
            this.#below(5) === 0 ? 'CR2' : 'jpg',
            1e6,
            3e7,
          ]),
        }
      }
      case 3: {
        const directory = `Books/${words(1)}/${this.#of(this.#proper)} ${this.#of(this.#proper)} ${unique}`
        return {
          directory,
          names: this.#several(3 + this.#below(5), () => [
            `${words(5)} - ${this.#of(this.#proper)}`,
            this.#of(['epub', 'pdf', 'mobi']),
            2e5,
            3e7,
          ]),
        }
      }
      case 4: {
        const directory = `Documents/${words(1)}/${2010 + this.#below(16)}/${this.#of(this.#proper)} ${unique}`
        return {
          directory,
          names: this.#several(6 + this.#below(8), (index) => [
            `${words(3)} v${index + 1}`,
            this.#of(['docx', 'pdf', 'xlsx', 'txt', 'odt']),
            1e4,
            5e6,
          ]),
        }
      }
      default: {
        const base = `Projects/${this.#of(this.#proper).toLowerCase()}-${unique}/packages/${this.#of(this.#proper).toLowerCase()}/src/components/${this.#of(this.#proper)}`
        return {
          directory: base,
          names: this.#several(12 + this.#below(20), () => [
            `${this.#of(this.#proper)}${this.#of(this.#proper)}${this.#of(['', 'Test', 'View', 'Store'])}`,
            this.#of(['ts', 'css', 'json', 'md']),
            200,
            5e4,
          ]),
        }
      }
    }
  }

  #several(
    count: number,
    one: (index: number) => [stem: string, extension: string, least: number, most: number],
  ): { name: string; lengthBytes: number }[] {
    return Array.from({ length: count }, (_, index) => {
      const [stem, extension, least, most] = one(index)
      return {
        name: `${stem} archive ${this.#below(100_000)}.${extension}`,
        lengthBytes: Math.floor(least * (most / least) ** this.#unit()),
      }
    })
  }

  #words(count: number): string {
    const language = this.#of(LANGUAGES)
    return Array.from({ length: count }, () =>
      this.#below(5) === 0 ? this.#of(this.#proper) : this.#of(language),
    ).join(' ')
  }

  #of<One>(all: readonly One[]): One {
    return all[this.#below(all.length)] as One
  }

  #below(limit: number): number {
    return Math.floor(this.#unit() * limit)
  }

  #unit(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return this.#state / 0x1_0000_0000
  }
}
