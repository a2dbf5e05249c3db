/* Written by Deploy/generate. What `import CWire` shows. */
#ifndef COLOPHON_CWIRE_H
#define COLOPHON_CWIRE_H
#include "wire_arena.h"
#include "colophon/attribution/v1/attribution.pb-c.h"
#include "colophon/attribution/v1/ledger.pb-c.h"
#include "colophon/common/v1/identity.pb-c.h"
#include "colophon/inference/v1/inference.pb-c.h"
#include "colophon/orchestrator/v1/orchestrator.pb-c.h"
#include "colophon/storage/v1/storage.pb-c.h"
#include "colophon/verification/v1/verification.pb-c.h"
#endif
