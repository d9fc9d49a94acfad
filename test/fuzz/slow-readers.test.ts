/** As `readers.test.ts`, for the readers that take most of the time. */
import { test } from 'node:test'
import { checkReader } from './engine.ts'
import { slowReaders } from './readers.ts'

for (const reader of slowReaders) test(`${reader.name}: nothing but a SottoError comes out`, () => checkReader(reader))
