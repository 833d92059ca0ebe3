using ActorP2P.Program.Commands;

return await CommandLine.RunAsync(args);
