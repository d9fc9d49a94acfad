"""Writes value.json, keyring.json, mac.json and backup.json: test vectors from a second implementation of the formats.

It follows ../value.md, ../keyring.md, ../mac.md and ../backup.md and shares no code with Sotto, so that a mistake in one of the two
shows. Needs the package `cryptography`. Run: python3 docs/formats/vectors/generate.py
"""
import base64, hashlib, hmac, json, pathlib, struct, uuid
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).parent
KINDS = {'file': 1, 'env': 2, 'passphrase': 3, 'kms': 4, 'transit': 5, 'code': 6}
STATES = {'active': 1, 'retired': 2, 'previous': 3}
CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
ROLES = {'primary': 1, 'recovery': 2}


def fill(byte, size=32):
    return bytes([byte]) * size


def hkdf(key, salt, info):
    prk = hmac.digest(salt or bytes(32), key, 'sha256')
    first = hmac.digest(prk, info + b'\1', 'sha256')
    return first, hmac.digest(prk, first + info + b'\2', 'sha256')


def seal(key, salt, info, before, after, plaintext):
    once, commitment = hkdf(key, salt, info)
    head = salt + commitment
    return head + AESGCM(once).encrypt(bytes(12), plaintext, before + head + after)


def seal_value(case):
    name = case['key'].encode()
    after = b''.join(bytes.fromhex(case[i]) for i in ('storeId', 'workspaceId', 'secretId', 'versionId'))
    after += struct.pack('>H', len(name)) + name
    value = bytes.fromhex(case['value'])
    padded = struct.pack('>I', len(value)) + value
    padded += bytes(-len(padded) % 64)
    before = b'STV1' + bytes.fromhex(case['dataKeyId'])
    return before + seal(bytes.fromhex(case['dataKey']), bytes.fromhex(case['salt']), b'sotto/value/1', before, after, padded)


def value_vectors():
    def case(what, key, value, **other):
        given = {'what': what, 'dataKey': fill(1).hex(), 'dataKeyId': fill(2, 8).hex(), 'storeId': fill(3, 16).hex(),
                 'workspaceId': fill(4, 16).hex(), 'secretId': fill(5, 16).hex(), 'versionId': fill(6, 16).hex(),
                 'key': key, 'salt': fill(7).hex(), 'value': value.hex(), **other}
        return {**given, 'blob': seal_value(given).hex()}
    good = [
        case('the vector of the specification', 'password', b'abc123'),
        case('an empty value', 'password', b''),
        case('60 bytes fill one block', 'password', fill(0x61, 60)),
        case('61 bytes need a second block', 'password', fill(0x61, 61)),
        case('bytes that are not text, ending in zeros', 'cert.der', bytes(range(250, 256)) + bytes(4)),
        case('a name beyond ASCII', 'schlüssel', 'Größe'.encode()),
    ]
    blob = bytearray.fromhex(good[0]['blob'])

    def changed(offset, byte):
        copy = bytearray(blob)
        copy[offset] = byte
        return copy.hex()

    def refused(what, code, blob_hex, **context):
        names = ('dataKey', 'dataKeyId', 'storeId', 'workspaceId', 'secretId', 'versionId', 'key')
        return {'what': what, **{n: good[0][n] for n in names}, **context, 'blob': blob_hex, 'code': code}
    bad = [
        refused('nothing', 'value_corrupt', ''),
        refused('92 bytes: no ciphertext', 'value_corrupt', blob[:92].hex()),
        refused('a byte too few', 'value_corrupt', blob[:-1].hex()),
        refused('a tag cut to 12 bytes', 'value_corrupt', blob[:-4].hex()),
        refused('an older format', 'value_corrupt', changed(3, 0x30)),
        refused('an unknown data key', 'key_unknown', changed(4, 3)),
        refused('another salt', 'value_corrupt', changed(12, 8)),
        refused('another commitment', 'value_corrupt', changed(44, blob[44] ^ 1)),
        refused('an altered ciphertext', 'value_corrupt', changed(76, blob[76] ^ 1)),
        refused('an altered tag', 'value_corrupt', changed(155, blob[155] ^ 1)),
        refused('another data key of that id', 'value_corrupt', blob.hex(), dataKey=fill(9).hex()),
        refused('moved to another store', 'value_corrupt', blob.hex(), storeId=fill(9, 16).hex()),
        refused('moved to another workspace', 'value_corrupt', blob.hex(), workspaceId=fill(9, 16).hex()),
        refused('moved to another secret', 'value_corrupt', blob.hex(), secretId=fill(9, 16).hex()),
        refused('moved to another version', 'value_corrupt', blob.hex(), versionId=fill(9, 16).hex()),
        refused('moved to another key', 'value_corrupt', blob.hex(), key='username'),
    ]
    for what, padded in (('padding that is not zero', struct.pack('>I', 6) + b'abc123' + bytes(53) + b'\1'),
                         ('a block too many', struct.pack('>I', 6) + b'abc123' + bytes(118)),
                         ('a length beyond the end', struct.pack('>I', 61) + bytes(60)),
                         ('the greatest length', struct.pack('>I', 0xffffffff) + bytes(60))):
        before, after = b'STV1' + fill(2, 8), fill(3, 16) + fill(4, 16) + fill(5, 16) + fill(6, 16) + b'\0\x08password'
        bad.append(refused(what, 'value_corrupt', (before + seal(fill(1), fill(7), b'sotto/value/1', before, after, padded)).hex()))
    # Only the comparison of the commitment refuses this one: its tag is right.
    head = fill(7) + fill(8)
    padded = struct.pack('>I', 6) + b'abc123' + bytes(54)
    ciphertext = AESGCM(hkdf(fill(1), fill(7), b'sotto/value/1')[0]).encrypt(bytes(12), padded, before + head + after)
    bad.append(refused('a commitment to another key under a valid tag', 'value_corrupt', (before + head + ciphertext).hex()))
    return {'format': '../value.md', 'sealed': good, 'refused': bad}


def root_key_id(root_key):
    return hkdf(root_key, b'', b'sotto/root-key/1')[0][:8]


def base32(data, digits):
    bits = ''.join(f'{byte:08b}' for byte in data)
    return ''.join(CROCKFORD[int(bits[5 * i:5 * i + 5], 2)] for i in range(digits))


def recovery_code(entropy):
    text = base32(entropy, 32) + base32(hashlib.sha256(b'sotto/recovery-code/1' + entropy).digest(), 3)
    return '-'.join(text[i:i + 5] for i in range(0, 35, 5))


def recovery_key(entropy):
    return hkdf(entropy, b'', b'sotto/recovery/1')[0]


def passphrase_parameters(memory=65536, passes=3, lanes=4, salt=fill(0x41, 16), version=1):
    return struct.pack('>BIIB', version, memory, passes, lanes) + salt


def passphrase_key(passphrase, parameters):
    _, memory, passes, lanes = struct.unpack('>BIIB', parameters[:10])
    return Argon2id(salt=parameters[10:], length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(passphrase.encode())


def contents(keys):
    out = b'\1'
    for tag, name in enumerate(('tokenKey', 'rowKey', 'cursorKey', 'signingSeed'), 1):
        out += struct.pack('>BH', tag, 32) + bytes.fromhex(keys[name])
    for data_key in keys['dataKeys']:
        retired = data_key['retiredAtMs']
        out += struct.pack('>BH8sBQQ', 5, 57, bytes.fromhex(data_key['id']), STATES[data_key['state']], data_key['createdAtMs'], retired or 0)
        out += bytes.fromhex(data_key['key'])
    return out


def seal_keyring(case, body=None):
    store, keyring_key = bytes.fromhex(case['storeId']), bytes.fromhex(case['keyringKey'])
    head = b'STK1' + store + struct.pack('>IB', case['generation'], len(case['slots']))
    for slot in case['slots']:
        root, parameters = bytes.fromhex(slot['rootKey']), bytes.fromhex(slot['parameters'])
        start = struct.pack('>BB', ROLES[slot['role']], KINDS[slot['kind']]) + root_key_id(root) + struct.pack('>H', len(parameters)) + parameters
        head += start + seal(root, bytes.fromhex(slot['salt']), b'sotto/slot/1', b'STK1' + store + start, b'', keyring_key)
    return head + seal(keyring_key, bytes.fromhex(case['salt']), b'sotto/keyring/1', head, b'', contents(case['contents']) if body is None else body)


def keyring_vectors():
    keys = {'tokenKey': fill(0x11).hex(), 'rowKey': fill(0x12).hex(), 'cursorKey': fill(0x13).hex(), 'signingSeed': fill(0x14).hex(),
            'dataKeys': [{'id': fill(0x15, 8).hex(), 'state': 'active', 'createdAtMs': 1_780_000_000_000, 'retiredAtMs': None, 'key': fill(0x16).hex()}]}
    slot = {'role': 'primary', 'kind': 'file', 'rootKey': fill(0x21).hex(), 'parameters': '', 'salt': fill(0x22).hex()}
    case = {'what': 'a new store', 'storeId': fill(3, 16).hex(), 'generation': 1, 'slots': [slot],
            'keyringKey': fill(0x17).hex(), 'salt': fill(0x18).hex(), 'contents': keys}
    recovery = {'role': 'recovery', 'kind': 'code', 'rootKey': recovery_key(fill(0x31, 20)).hex(), 'parameters': '', 'salt': fill(0x32).hex()}
    retired = {'id': fill(0x25, 8).hex(), 'state': 'retired', 'createdAtMs': 1_770_000_000_000, 'retiredAtMs': 1_780_000_000_000, 'key': fill(0x26).hex()}
    second = {**case, 'what': 'a recovery slot and a retired data key', 'generation': 0x01020304, 'slots': [slot, recovery],
              'contents': {**keys, 'dataKeys': [retired, *keys['dataKeys']]}}
    previous = {'id': fill(0x35, 8).hex(), 'state': 'previous', 'createdAtMs': 1_775_000_000_000, 'retiredAtMs': None, 'key': fill(0x36).hex()}
    parameters = passphrase_parameters()
    phrase = {'role': 'primary', 'kind': 'passphrase', 'rootKey': passphrase_key('correct horse battery staple', parameters).hex(), 'parameters': parameters.hex(), 'salt': fill(0x42).hex()}
    third = {**case, 'what': 'a passphrase and a previous data key', 'generation': 3, 'slots': [phrase],
             'contents': {**keys, 'dataKeys': [retired, previous, *keys['dataKeys']]}}
    good = []
    for given in (case, second, third):
        public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(given['contents']['signingSeed'])).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        good.append({**given, 'slots': [{**s, 'rootKeyId': root_key_id(bytes.fromhex(s['rootKey'])).hex()} for s in given['slots']],
                     'auditPublicKey': public.hex(), 'auditFingerprint': hashlib.sha256(public).hexdigest(), 'blob': seal_keyring(given).hex()})
    blob = bytes.fromhex(good[0]['blob'])

    def refused(what, code, data, root=0x21):
        return {'what': what, 'rootKey': fill(root).hex(), 'code': code, 'blob': bytes(data).hex()}

    def at(offset, replacement):
        return blob[:offset] + replacement + blob[offset + len(replacement):]
    body = contents(keys)
    bad = [
        refused('nothing', 'keyring_corrupt', b''),
        refused('another file', 'keyring_corrupt', at(0, b'SQLi')),
        refused('a newer format', 'keyring_newer', at(3, b'2')),
        refused('another root key', 'key_wrong', blob, 0x99),
        refused('another store', 'keyring_corrupt', at(4, b'\xff')),
        refused('an older generation put in', 'keyring_corrupt', at(20, b'\0\0\0\0')),
        refused('no slot', 'keyring_corrupt', at(24, b'\0')),
        refused('three slots', 'keyring_corrupt', at(24, b'\3')),
        refused('255 slots', 'keyring_corrupt', at(24, b'\xff')),
        refused('an unknown role', 'keyring_newer', at(25, b'\3')),
        refused('the recovery slot first', 'keyring_corrupt', at(25, b'\2')),
        refused('an unknown kind', 'keyring_newer', at(26, b'\7')),
        refused('another kind', 'keyring_corrupt', at(26, b'\2')),
        refused('huge parameters', 'keyring_corrupt', at(35, b'\xff\xff')),
        refused('parameters beyond the end', 'keyring_corrupt', at(35, b'\x10\0')),
        refused('4,097 bytes of parameters, well sealed', 'keyring_corrupt', seal_keyring({**case, 'slots': [{**slot, 'parameters': bytes(4097).hex()}]})),
        refused('an altered slot', 'keyring_corrupt', at(101, bytes([blob[101] ^ 1]))),
        refused('an altered body', 'keyring_corrupt', at(len(blob) - 20, bytes([blob[-20] ^ 1]))),
        refused('a byte too many', 'keyring_corrupt', blob + b'\0'),
        refused('a body of a newer version', 'keyring_newer', seal_keyring(case, b'\2' + body[1:])),
        refused('a field of a newer version', 'keyring_newer', seal_keyring(case, body + b'\6\0\0')),
        refused('an empty body', 'keyring_corrupt', seal_keyring(case, b'')),
        refused('a body without the row key', 'keyring_corrupt', seal_keyring(case, body[:36] + body[71:])),
        refused('a body that ends in a field', 'keyring_corrupt', seal_keyring(case, body[:-1])),
        refused('a body with no data key', 'keyring_corrupt', seal_keyring(case, body[:141])),
        refused('two active data keys', 'keyring_corrupt', seal_keyring(case, body + body[141:144] + fill(0x44, 8) + body[152:])),
        refused('one data key twice', 'keyring_corrupt', seal_keyring({**case, 'contents': {**keys, 'dataKeys': [{**retired, 'id': fill(0x15, 8).hex()}, *keys['dataKeys']]}})),
        refused('an active data key that was retired', 'keyring_corrupt', seal_keyring(case, body[:161] + struct.pack('>Q', 5) + body[169:])),
    ]
    bad += [
        refused('a data key in an unknown state', 'keyring_newer', seal_keyring(case, body[:152] + b'\4' + body[153:])),
        refused('a retired data key without its time', 'keyring_corrupt', seal_keyring(case, body + body[141:144] + fill(0x44, 8) + b'\2' + body[153:])),
        refused('a previous data key with a time', 'keyring_corrupt', seal_keyring(case, body + body[141:144] + fill(0x44, 8) + b'\3' + body[153:161] + struct.pack('>Q', 5) + body[169:])),
    ]
    codes = [{'entropy': entropy.hex(), 'code': recovery_code(entropy), 'rootKey': recovery_key(entropy).hex()}
             for entropy in (bytes(20), fill(0xff, 20), fill(0x31, 20), bytes(range(20)))]
    phrases = [{'passphrase': text, 'parameters': given.hex(), 'rootKey': passphrase_key(text, given).hex()}
               for text, given in (('correct horse battery staple', parameters), ('Größe und Höhe der Türme', passphrase_parameters(19456, 1, 1, fill(0x43, 16))))]
    bad_parameters = [{'what': what, 'code': code, 'parameters': given.hex()} for what, code, given in (
        ('nothing', 'keyring_corrupt', b''),
        ('another version', 'keyring_newer', passphrase_parameters(version=2)),
        ('a salt too short', 'keyring_corrupt', parameters[:-1]),
        ('a byte too many', 'keyring_corrupt', parameters + b'\0'),
        ('all the memory there is', 'keyring_corrupt', passphrase_parameters(memory=0xffffffff)),
        ('a bit more than the most memory', 'keyring_corrupt', passphrase_parameters(memory=262145)),
        ('little memory', 'keyring_corrupt', passphrase_parameters(memory=8192)),
        ('passes without end', 'keyring_corrupt', passphrase_parameters(passes=0xffffffff)),
        ('no pass', 'keyring_corrupt', passphrase_parameters(passes=0)),
        ('255 lanes', 'keyring_corrupt', passphrase_parameters(lanes=255)),
        ('no lane', 'keyring_corrupt', passphrase_parameters(lanes=0)))]
    ids = [{'rootKey': key.hex(), 'rootKeyId': root_key_id(key).hex()} for key in (bytes(32), fill(0x21), bytes(range(32)))]
    texts = [{'text': text, 'rootKey': bytes(range(32)).hex()} for plain in (bytes(range(32)).hex(), bytes(range(32)).hex().upper(), base64.b64encode(bytes(range(32))).decode())
             for text in (plain, plain + '\n', plain + '\r\n')]
    return {'format': '../keyring.md', 'sealed': good, 'refused': bad, 'rootKeyIds': ids, 'rootKeyTexts': texts,
            'recoveryCodes': codes, 'passphrases': phrases, 'refusedParameters': bad_parameters}


def mac_vectors():
    """Parts as [type, content]: text as it is, bytes in hex, integers in decimal."""
    def encode(parts):
        out = b''
        for kind, content in parts:
            data = {'s': lambda: content.encode(), 'b': lambda: bytes.fromhex(content), 'i': lambda: struct.pack('>q', int(content)), 'n': lambda: b''}[kind]()
            out += kind.encode() + struct.pack('>I', len(data)) + data
        return out
    lists = [[], [['s', '']], [['n', '']], [['b', '']], [['s', 'ab'], ['s', 'c']], [['s', 'a'], ['s', 'bc']], [['i', '0']], [['i', '-1']],
             [['i', '9223372036854775807']], [['s', 'secrets'], ['b', fill(5, 16).hex()], ['s', 'Größe'], ['i', '1780000000000'], ['n', '']]]
    return {'format': '../mac.md', 'macs': [
        {'purpose': purpose, 'key': fill(0x12).hex(), 'parts': parts, 'input': (purpose.encode() + encode(parts)).hex(),
         'mac': hmac.digest(fill(0x12), purpose.encode() + encode(parts), 'sha256').hex()}
        for purpose in ('sotto/token/1', 'sotto/row/1', 'sotto/cursor/1') for parts in lists]}


def backup_bytes(header, sections, seed, size=None, before=b'STB1'):
    """A whole file. `header` is JSON, or bytes in its place."""
    data = header if isinstance(header, bytes) else json.dumps(header, separators=(',', ':'), ensure_ascii=False).encode()
    length = struct.pack('>I', len(data) if size is None else size)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(b'sotto/backup/1' + length + data)
    return before + length + data + signature + b''.join(sections)


def backup_vectors():
    keyrings = keyring_vectors()['sealed']
    log = 'log 0193a5c0-0000-7000-8000-000000000000'

    def describe(sections):
        return [{'name': name, 'sizeBytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()} for name, data in sections]

    def header_of(keyring, sections, **other):
        return {'storeId': str(uuid.UUID(hex=keyring['storeId'])), 'generation': keyring['generation'], 'schemaVersion': 1,
                'checkpoint': {'epoch': 2, 'sequence': 345, 'head': fill(0x51).hex()}, 'createdAtMs': 1_790_000_000_000,
                'sections': describe(sections), 'keyring': base64.b64encode(bytes.fromhex(keyring['blob'])).decode(), **other}
    good = []
    for what, keyring, sections in (('a database alone', keyrings[0], [('database', b'SQLite format 3\0 of a store')]),
                                    ('with a log, and a recovery slot', keyrings[1], [('database', fill(0x61, 5000)), (log, 'Größe\n'.encode())]),
                                    ('an empty log', keyrings[0], [('database', b'x'), (log, b'')])):
        header = header_of(keyring, sections)
        good.append({'what': what, 'rootKeys': [slot['rootKey'] for slot in keyring['slots']], 'signingSeed': keyring['contents']['signingSeed'],
                     'header': header, 'sections': [{'name': name, 'bytes': data.hex()} for name, data in sections],
                     'backup': backup_bytes(header, [data for _, data in sections], bytes.fromhex(keyring['contents']['signingSeed'])).hex()})
    keyring, seed = keyrings[0], bytes.fromhex(keyrings[0]['contents']['signingSeed'])
    database = [('database', b'x' * 100)]
    data = [content for _, content in database]
    plain = header_of(keyring, database)
    whole = backup_bytes(plain, data, seed)

    def refused(what, code, content, root=0x21):
        return {'what': what, 'rootKey': fill(root).hex(), 'code': code, 'backup': bytes(content).hex()}

    def signed(what, code, sections=None, **other):
        """A header that the store has signed, and that is wrong all the same."""
        header = {**plain, **other} if sections is None else {**header_of(keyring, sections), **other}
        return refused(what, code, backup_bytes({k: v for k, v in header.items() if v is not None}, [content for _, content in sections or database], seed))

    def at(offset, replacement):
        return whole[:offset] + replacement + whole[offset + len(replacement):]
    twice = [*database, (log, b'a'), (log, b'a')]
    altered = json.dumps({**plain, 'createdAtMs': 1_790_000_000_001}, separators=(',', ':')).encode()
    bad = [
        refused('nothing', 'backup_corrupt', b''),
        refused('another file', 'backup_corrupt', at(0, b'SQLi')),
        refused('a newer format', 'backup_newer', at(3, b'2')),
        refused('magic alone', 'backup_corrupt', whole[:4]),
        refused('a header of 32 MiB and a byte', 'backup_corrupt', at(4, struct.pack('>I', 32 * 1024 * 1024 + 1))),
        refused('a header beyond the end', 'backup_corrupt', at(4, struct.pack('>I', 100_000))),
        refused('a header that is no JSON', 'backup_corrupt', backup_bytes(b'{"storeId":', data, seed)),
        refused('a header that is a list', 'backup_corrupt', backup_bytes(b'[]', data, seed)),
        signed('no checkpoint', 'backup_corrupt', checkpoint=None),
        signed('a head that is no hash', 'backup_corrupt', checkpoint={'epoch': 2, 'sequence': 345, 'head': 'abc'}),
        signed('a sequence below zero', 'backup_corrupt', checkpoint={'epoch': 2, 'sequence': -1, 'head': fill(0x51).hex()}),
        signed('no keyring', 'backup_corrupt', keyring=None),
        signed('an altered keyring', 'keyring_corrupt', keyring=base64.b64encode(bytes.fromhex(keyring['blob'])[:-1] + b'\0').decode()),
        signed('a later schema', 'backup_newer', schemaVersion=1_000_000),
        signed('another store than that of the keyring', 'backup_corrupt', storeId=str(uuid.UUID(bytes=fill(9, 16)))),
        signed('another generation than that of the keyring', 'backup_corrupt', generation=2),
        signed('no section', 'backup_corrupt', sections=[]),
        signed('a log before the database', 'backup_corrupt', [(log, b'a'), *database]),
        signed('a section twice', 'backup_corrupt', twice),
        signed('a section with the name of a path', 'backup_corrupt', [*database, ('log ../../root.key', b'a')]),
        signed('a section of another kind', 'backup_corrupt', [*database, ('root key', b'a')]),
        refused('a byte too few', 'backup_corrupt', whole[:-1]),
        refused('a byte too many', 'backup_corrupt', whole + b'\0'),
        refused('an altered section', 'backup_corrupt', at(len(whole) - 1, b'y')),
        refused('an altered signature', 'backup_corrupt', at(len(whole) - 101, bytes([whole[-101] ^ 1]))),
        refused('an altered header under the old signature', 'backup_corrupt', at(8, altered)),
        refused('signed by another key', 'backup_corrupt', backup_bytes(plain, data, fill(0x99))),
        refused('another root key', 'key_wrong', whole, 0x99),
    ]
    return {'format': '../backup.md', 'written': good, 'refused': bad}


for name, make in (('value', value_vectors), ('keyring', keyring_vectors), ('mac', mac_vectors), ('backup', backup_vectors)):
    (HERE / f'{name}.json').write_text(json.dumps(make(), indent=1, ensure_ascii=False) + '\n')
