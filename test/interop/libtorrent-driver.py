"""A libtorrent session driven by JSON lines, for tests and measurements.

Standard input: one request a line, {"id": 1, "method": "add", ...}.
Standard output: one answer a line, {"id": 1, "result": ...} or {"id": 1, "error": "..."}, and between them events,
{"event": "finished", "torrent": 3, "at": 12.5, ...}. `at` is CLOCK_MONOTONIC in seconds, the clock of
process.hrtime(). Torrents are numbered in the order they were added. The end of input ends the program.
"""

import hashlib
import json
import os
import select
import sys
import time

import libtorrent as lt

SESSION = None
TORRENTS = []
WATCHED = []
TRAFFIC_EVERY_S = 0.01


def emit(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def now():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


def hashes(info_hashes):
    return {
        "infohashV1": str(info_hashes.v1) if info_hashes.has_v1() else None,
        "infohashV2": str(info_hashes.v2) if info_hashes.has_v2() else None,
    }


def number_of(handle):
    for number, torrent in enumerate(TORRENTS):
        if torrent == handle:
            return number
    return None


# ---- methods ---------------------------------------------------------------------------------------------------


def version(_):
    return {"version": lt.__version__}


ENCRYPTION = {"disabled": 2, "enabled": 1, "forced": 0}


def session(request):
    """listen: ["10.0.0.2:6881"], lsd, utp, encryption, downLimit, upLimit (bytes/s), settings: any others by name."""
    global SESSION
    encryption = ENCRYPTION[request.get("encryption", "disabled")]
    utp = request.get("utp", False)
    settings = {
        "listen_interfaces": ",".join(request["listen"]),
        "enable_dht": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_lsd": request.get("lsd", False),
        "enable_incoming_utp": utp,
        "enable_outgoing_utp": utp,
        "enable_incoming_tcp": request.get("tcp", True),
        "enable_outgoing_tcp": request.get("tcp", True),
        "in_enc_policy": encryption,
        "out_enc_policy": encryption,
        # forced: RC4 all the way, not only an obfuscated handshake
        "allowed_enc_level": 2 if request.get("encryption") == "forced" else 3,
        "allow_multiple_connections_per_ip": request.get("multiplePerAddress", True),
        "announce_to_all_trackers": True,
        "announce_to_all_tiers": True,
        "min_reconnect_time": 1,
        "download_rate_limit": request.get("downLimit", 0),
        "upload_rate_limit": request.get("upLimit", 0),
        "alert_mask": (
            lt.alert.category_t.error_notification
            | lt.alert.category_t.status_notification
            | lt.alert.category_t.storage_notification
            | lt.alert.category_t.tracker_notification
            | lt.alert.category_t.peer_notification
            | lt.alert.category_t.dht_notification
            | lt.alert.category_t.dht_operation_notification
        ),
    }
    # python-libtorrent adds its plugins (metadata, PEX, smart ban) by itself
    SESSION = lt.session({**settings, **request.get("settings", {})})
    if not request.get("trustLocal", False):
        # By default libtorrent exempts private addresses from rate limits and unchoke slots: not so here.
        everybody = lt.ip_filter()
        mask = 1 << lt.session.global_peer_class_id
        everybody.add_rule("0.0.0.0", "255.255.255.255", mask)
        everybody.add_rule("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", mask)
        SESSION.set_peer_class_filter(everybody)
    SESSION.set_alert_fd(ALERTS_IN)
    return {"port": SESSION.listen_port()}


def describe(info):
    files = info.files()
    pad = lt.file_flags_t.flag_pad_file
    return {
        **hashes(info.info_hashes()),
        "name": info.name(),
        "pieceLengthBytes": info.piece_length(),
        "pieces": info.num_pieces(),
        "totalBytes": info.total_size(),
        "files": [
            {
                "path": files.file_path(index),
                "lengthBytes": files.file_size(index),
                "pad": bool(files.file_flags(index) & pad),
            }
            for index in range(files.num_files())
        ],
        "magnet": lt.make_magnet_uri(info),
    }


def make(request):
    """path, output, kind, pieceLengthBytes?, trackers?, webSeeds?, private?, comment?"""
    kinds = {
        "v1": lt.create_torrent.v1_only,
        "v2": lt.create_torrent.v2_only,
        "hybrid": 0,
    }
    files = lt.file_storage()
    lt.add_files(files, request["path"])
    torrent = lt.create_torrent(files, request.get("pieceLengthBytes", 0), kinds[request["kind"]])
    torrent.set_creator("interop harness")
    for tier, url in enumerate(request.get("trackers", [])):
        torrent.add_tracker(url, tier)
    for url in request.get("webSeeds", []):
        torrent.add_url_seed(url)
    if request.get("comment"):
        torrent.set_comment(request["comment"])
    torrent.set_priv(request.get("private", False))
    lt.set_piece_hashes(torrent, os.path.dirname(os.path.abspath(request["path"])))
    with open(request["output"], "wb") as file:
        file.write(lt.bencode(torrent.generate()))
    return describe(lt.torrent_info(request["output"]))


def inspect(request):
    return describe(lt.torrent_info(request["torrent"]))


FLAGS = {
    "seed": lt.torrent_flags.seed_mode,
    "superSeeding": lt.torrent_flags.super_seeding,
    "sequential": lt.torrent_flags.sequential_download,
    "noPex": lt.torrent_flags.disable_pex,
    "noLsd": lt.torrent_flags.disable_lsd,
    "uploadOnly": lt.torrent_flags.upload_mode,
}


def add(request):
    """torrent (file) or magnet, savePath, seed?, superSeeding?, sequential?, noPex?, noLsd?, uploadOnly?,
    trackers?, peers? [[host, port]], downLimit?, upLimit?, names? {index: on disk}"""
    if "magnet" in request:
        params = lt.parse_magnet_uri(request["magnet"])
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(request["torrent"])
        for index, name in request.get("names", {}).items():
            params.ti.rename_file(int(index), name)
    params.save_path = request["savePath"]
    flags = params.flags & ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
    for name, flag in FLAGS.items():
        if request.get(name, False):
            flags |= flag
    params.flags = flags
    if "trackers" in request:
        params.trackers = request["trackers"]
    if "downLimit" in request:
        params.download_limit = request["downLimit"]
    if "upLimit" in request:
        params.upload_limit = request["upLimit"]
    handle = SESSION.add_torrent(params)
    TORRENTS.append(handle)
    for host, port in request.get("peers", []):
        handle.connect_peer((host, port))
    return {"torrent": len(TORRENTS) - 1}


def connect(request):
    TORRENTS[request["torrent"]].connect_peer((request["host"], request["port"]))
    return {}


def status(request):
    now_ = TORRENTS[request["torrent"]].status()
    return {
        "state": str(now_.state),
        "progress": now_.progress,
        "hasMetadata": now_.has_metadata,
        "isSeeding": now_.is_seeding,
        "isFinished": now_.is_finished,
        "pieces": now_.num_pieces,
        "peers": now_.num_peers,
        "seeds": now_.num_seeds,
        "uploadedBytes": now_.total_payload_upload,
        "downloadedBytes": now_.total_payload_download,
        "failedBytes": now_.total_failed_bytes,
        "redundantBytes": now_.total_redundant_bytes,
        "superSeeding": bool(now_.flags & lt.torrent_flags.super_seeding),
        "error": now_.errc.message() if now_.errc.value() != 0 else None,
    }


SOURCES = ["tracker", "dht", "pex", "lsd", "resume_data"]


def peers(request):
    return [
        {
            "host": peer.ip[0],
            "port": peer.ip[1],
            "client": peer.client.decode("utf-8", "replace") if isinstance(peer.client, bytes) else peer.client,
            "sources": [name for name in SOURCES if peer.source & getattr(lt.peer_info, name)],
            "outgoing": bool(peer.flags & lt.peer_info.outgoing_connection),
            "holepunched": bool(peer.flags & lt.peer_info.holepunched),
            "connecting": bool(peer.flags & (lt.peer_info.connecting | lt.peer_info.handshake)),
            "seed": bool(peer.flags & lt.peer_info.seed),
            "uploadOnly": bool(peer.flags & lt.peer_info.upload_only),
            "encrypted": bool(peer.flags & lt.peer_info.rc4_encrypted),
            "progress": peer.progress,
            "downloadedBytes": peer.total_download,
            "uploadedBytes": peer.total_upload,
        }
        for peer in TORRENTS[request["torrent"]].get_peer_info()
    ]


def have(request):
    """One character per piece: # here, . missing."""
    return "".join("#" if piece else "." for piece in TORRENTS[request["torrent"]].status().pieces)


def super_seed(request):
    handle = TORRENTS[request["torrent"]]
    if request["on"]:
        handle.set_flags(lt.torrent_flags.super_seeding)
    else:
        handle.unset_flags(lt.torrent_flags.super_seeding)
    return {}


def prioritize(request):
    """pieces: {"3": 0, ...} and/or files: [0, 4, ...]"""
    handle = TORRENTS[request["torrent"]]
    for piece, priority in request.get("pieces", {}).items():
        handle.piece_priority(int(piece), priority)
    if "files" in request:
        handle.prioritize_files(request["files"])
    return {}


def limit(request):
    handle = TORRENTS[request["torrent"]]
    if "down" in request:
        handle.set_download_limit(request["down"])
    if "up" in request:
        handle.set_upload_limit(request["up"])
    return {}


def announce(request):
    TORRENTS[request["torrent"]].force_reannounce()
    return {}


def recheck(request):
    TORRENTS[request["torrent"]].force_recheck()
    return {}


def pause(request):
    TORRENTS[request["torrent"]].pause()
    return {}


def resume(request):
    TORRENTS[request["torrent"]].resume()
    return {}


def remove(request):
    SESSION.remove_torrent(TORRENTS[request["torrent"]])
    return {}


def watch(request):
    """Emits {"event": "traffic", "torrent", "direction", "at"} when the first payload byte goes that way."""
    WATCHED.append((request["torrent"], request["direction"]))
    return {}


def dht_nodes(_):
    return SESSION.status().dht_nodes


# Answers to these come as alerts: the request waits here until one fits it.
DHT_WAITING = []
DHT_PATIENCE_S = 20


def sha1(text):
    return lt.sha1_hash(bytes.fromhex(text))


def later(take):
    """take(alert) gives the result, or None when the alert is another's."""

    def wait(request_id):
        DHT_WAITING.append((request_id, take, now() + DHT_PATIENCE_S))

    return wait


def dht_announce(request):
    """torrent. By itself it announces one at a time, every fifteen minutes."""
    TORRENTS[request["torrent"]].force_dht_announce()
    return {}


def dht_get_peers(request):
    """hash, atLeast: the peers of all answers until there are so many"""
    wanted = sha1(request["hash"])
    seen = set()

    def take(alert):
        if isinstance(alert, lt.dht_get_peers_reply_alert) and alert.info_hash == wanted:
            seen.update(f"{host}:{port}" for host, port in alert.peers())
            return sorted(seen) if len(seen) >= request["atLeast"] else None
        return None

    SESSION.dht_get_peers(wanted)
    return later(take)


def dht_put_immutable(request):
    """value: text. The target, when it was put."""
    target = SESSION.dht_put_immutable_item(request["value"].encode())

    def take(alert):
        if isinstance(alert, lt.dht_put_alert) and alert.target == target:
            return str(target)
        return None

    return later(take)


def dht_get_immutable(request):
    wanted = sha1(request["target"])

    def take(alert):
        if isinstance(alert, lt.dht_immutable_item_alert) and alert.target == wanted:
            return text_of(alert.item)
        return None

    SESSION.dht_get_immutable_item(wanted)
    return later(take)


def expanded(seed):
    """The secret key as libtorrent wants it: the hash of the seed, clamped (RFC 8032)."""
    key = bytearray(hashlib.sha512(seed).digest())
    key[0] &= 248
    key[31] &= 63
    key[31] |= 64
    return bytes(key)


def dht_put_mutable(request):
    """seed, publicKey, salt (hex), value: text. libtorrent reads first, and puts with the next number."""
    public = bytes.fromhex(request["publicKey"])

    def take(alert):
        if isinstance(alert, lt.dht_put_alert) and raw(alert.public_key) == public:
            return {"sequence": alert.seq}
        return None

    SESSION.dht_put_mutable_item(
        expanded(bytes.fromhex(request["seed"])), public, request["value"].encode(), bytes.fromhex(request["salt"])
    )
    return later(take)


def dht_get_mutable(request):
    public = bytes.fromhex(request["publicKey"])

    def take(alert):
        if isinstance(alert, lt.dht_mutable_item_alert) and raw(alert.key) == public and alert.authoritative:
            return {"value": text_of(alert.item), "sequence": alert.seq}
        return None

    SESSION.dht_get_mutable_item(public, bytes.fromhex(request["salt"]))
    return later(take)


def raw(value):
    return value if isinstance(value, bytes) else bytes(value)


def text_of(item):
    value = item["value"] if isinstance(item, dict) and "value" in item else item
    return value.decode() if isinstance(value, bytes) else value


def look_at_waiting(alert):
    for waiting in list(DHT_WAITING):
        request_id, take, _ = waiting
        result = take(alert)
        if result is not None:
            DHT_WAITING.remove(waiting)
            emit({"id": request_id, "result": result})


def give_up_waiting():
    for waiting in list(DHT_WAITING):
        if waiting[2] < now():
            DHT_WAITING.remove(waiting)
            emit({"id": waiting[0], "error": f"nothing from the DHT in {DHT_PATIENCE_S} s"})


METHODS = {
    "version": version,
    "session": session,
    "make": make,
    "inspect": inspect,
    "add": add,
    "connect": connect,
    "status": status,
    "peers": peers,
    "have": have,
    "superSeed": super_seed,
    "prioritize": prioritize,
    "limit": limit,
    "announce": announce,
    "recheck": recheck,
    "pause": pause,
    "resume": resume,
    "remove": remove,
    "watch": watch,
    "dhtNodes": dht_nodes,
    "dhtAnnounce": dht_announce,
    "dhtGetPeers": dht_get_peers,
    "dhtPutImmutable": dht_put_immutable,
    "dhtGetImmutable": dht_get_immutable,
    "dhtPutMutable": dht_put_mutable,
    "dhtGetMutable": dht_get_mutable,
}

# ---- events ----------------------------------------------------------------------------------------------------

EVENTS = {
    "metadata_received_alert": "metadata",
    "torrent_finished_alert": "finished",
    "hash_failed_alert": "hashFailed",
    "torrent_error_alert": "torrentError",
    "file_error_alert": "fileError",
    "tracker_error_alert": "trackerError",
    "tracker_reply_alert": "trackerReply",
    "listen_failed_alert": "listenFailed",
    "peer_ban_alert": "peerBanned",
    "peer_error_alert": "peerError",
    "peer_disconnected_alert": "peerDisconnected",
    "torrent_conflict_alert": "conflict",
}


def report(alert):
    event = EVENTS.get(type(alert).__name__)
    if event is None:
        return
    message = {"event": event, "at": now(), "message": alert.message()}
    if hasattr(alert, "handle"):
        message["torrent"] = number_of(alert.handle)
    if hasattr(alert, "piece_index"):
        message["piece"] = alert.piece_index
    emit(message)


def look_at_traffic():
    for watched in list(WATCHED):
        number, direction = watched
        state = TORRENTS[number].status()
        count = state.total_payload_upload if direction == "up" else state.total_payload_download
        if count > 0:
            WATCHED.remove(watched)
            emit({"event": "traffic", "torrent": number, "direction": direction, "at": now()})


def answer(line):
    request = json.loads(line)
    try:
        result = METHODS[request["method"]](request)
        if callable(result):
            result(request["id"])
        else:
            emit({"id": request["id"], "result": result})
    except Exception as error:  # whatever went wrong is the test's to judge
        emit({"id": request["id"], "error": f"{type(error).__name__}: {error}"})


def main():
    pending = b""
    while True:
        timeout = TRAFFIC_EVERY_S if WATCHED else 1 if DHT_WAITING else None
        ready, _, _ = select.select([0, ALERTS_OUT], [], [], timeout)
        if ALERTS_OUT in ready:
            os.read(ALERTS_OUT, 4096)
            for alert in SESSION.pop_alerts():
                report(alert)
                look_at_waiting(alert)
        give_up_waiting()
        if 0 in ready:
            received = os.read(0, 65536)
            if not received:
                return
            pending += received
            *lines, pending = pending.split(b"\n")
            for line in lines:
                if line.strip():
                    answer(line)
        if WATCHED:
            look_at_traffic()


ALERTS_OUT, ALERTS_IN = os.pipe()
os.set_blocking(ALERTS_IN, False)
main()
# The end of a session waits for its trackers: nobody here has the time.
sys.stdout.flush()
os._exit(0)
