// Features that this server does not have, answered as a stock server with nothing set up answers, so that stock
// clients and IDE plug-ins go on.
#pragma once

#include "core/server/http/Router.h"

namespace berth::server::routes {

Task<Answer> emptyInbox(Call& call);
Task<Answer> watchInbox(Call& call);  // never has anything to say
Task<Answer> markInboxRead(Call& call);
Task<Answer> notificationSettings(Call& call);
Task<Answer> notificationTemplates(Call& call);
Task<Answer> notificationMethods(Call& call);
Task<Answer> externalAuths(Call& call);
Task<Answer> externalAuth(Call& call);
Task<Answer> tasks(Call& call);
Task<Answer> agentContainers(Call& call);
Task<Answer> agentExternalAuth(Call& call);
Task<Answer> agentReinit(Call& call);

}  // namespace berth::server::routes
