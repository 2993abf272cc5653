// All commands of the program; each has its file in commands/.
#pragma once

#include "app/cli/Command.h"

namespace berth::cli {

void registerLogin(const Command& root);
void registerLogout(const Command& root);
void registerWhoami(const Command& root);
void registerTemplates(const Command& root);
void registerTemplatesPush(const Command& templates);
void registerTemplatesVersions(const Command& templates);
void registerTemplatesPull(const Command& templates);
void registerTemplatesDelete(const Command& templates);
void registerCreate(const Command& root);
void registerList(const Command& root);
void registerShow(const Command& root);
void registerStart(const Command& root);
void registerStop(const Command& root);
void registerRestart(const Command& root);
void registerUpdate(const Command& root);
void registerDelete(const Command& root);
void registerSsh(const Command& root);
void registerConfigSsh(const Command& root);
void registerConnect(const Command& root);
void registerNetcheck(const Command& root);
void registerPing(const Command& root);
void registerPortForward(const Command& root);
void registerPublicKey(const Command& root);
void registerSpeedtest(const Command& root);
void registerLogs(const Command& root);
void registerVersion(const Command& root);

}  // namespace berth::cli
