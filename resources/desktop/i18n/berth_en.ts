<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>berth::ui::FirstRunWindow</name>
    <message numerus="yes">
        <source>%n check(s) failed: %1</source>
        <translation>
            <numerusform>%n check failed: %1</numerusform>
            <numerusform>%n checks failed: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>berth::ui::LogPage</name>
    <message numerus="yes">
        <source>%n error(s)</source>
        <translation>
            <numerusform>%n error</numerusform>
            <numerusform>%n errors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n warning</numerusform>
            <numerusform>%n warnings</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>berth::ui::MainWindow</name>
    <message numerus="yes">
        <source>%1 %2, %n more operation(s)</source>
        <translation>
            <numerusform>%1 %2, %n more operation</numerusform>
            <numerusform>%1 %2, %n more operations</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>berth::ui::WorkspaceModel</name>
    <message numerus="yes">
        <source>%n workspace(s)</source>
        <translation>
            <numerusform>%n workspace</numerusform>
            <numerusform>%n workspaces</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>berth::ui::WorkspacesPage</name>
    <message numerus="yes">
        <source>%n workspace(s) are hidden by the filter.</source>
        <translation>
            <numerusform>%n workspace is hidden by the filter.</numerusform>
            <numerusform>%n workspaces are hidden by the filter.</numerusform>
        </translation>
    </message>
</context>
</TS>
